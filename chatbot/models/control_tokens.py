"""Texts that the tokenizers of well-known chat models read as control tokens.

A served model does not show its tokenizer, so all of them are kept out of what documents and users write; one too many
does no harm.
"""

from __future__ import annotations

FAMILIES: dict[str, tuple[str, ...]] = {
    "Llama 2, Mistral, Solar": ("<s>", "</s>", "<unk>", "<pad>", "[INST]", "[/INST]", "<<SYS>>", "<</SYS>>"),
    "Llama 3": (
        "<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "<|eom_id|>",
        "<|python_tag|>", "<|finetune_right_pad_id|>", "<|image|>",
        *(f"<|reserved_special_token_{number}|>" for number in range(251)),
    ),
    "Llama 4": (
        "<|header_start|>", "<|header_end|>", "<|eot|>", "<|eom|>", "<|step|>", "<|text_post_train_reserved_special_token_0|>",
        "<|python_start|>", "<|python_end|>", "<|finetune_right_pad|>",
    ),
    "Qwen, ChatML, Yi, Hermes, Kanana": (
        "<|im_start|>", "<|im_end|>", "<|endoftext|>", "<|im_sep|>", "<|startoftext|>", "<|object_ref_start|>",
        "<|object_ref_end|>", "<|box_start|>", "<|box_end|>", "<|quad_start|>", "<|quad_end|>", "<|vision_start|>",
        "<|vision_end|>", "<|vision_pad|>", "<|image_pad|>", "<|video_pad|>", "<tool_call>", "</tool_call>",
        "<tool_response>", "</tool_response>", "<think>", "</think>", "<|fim_prefix|>", "<|fim_middle|>",
        "<|fim_suffix|>", "<|fim_pad|>", "<|repo_name|>", "<|file_sep|>",
    ),
    "Gemma": (
        "<bos>", "<eos>", "<start_of_turn>", "<end_of_turn>", "<start_of_image>", "<end_of_image>", "<image_soft_token>",
        "<mask>", "<|turn>", "<turn|>", "<|think|>", "<|channel>", "<channel|>",
        *(f"<unused{number}>" for number in range(99)),
    ),
    "Mistral (later)": (
        "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]", "[TOOL_RESULTS]", "[/TOOL_RESULTS]", "[TOOL_CALLS]", "[TOOL_CONTENT]",
        "[ARGS]", "[CALL_ID]", "[IMG]", "[IMG_BREAK]", "[IMG_END]", "[PREFIX]", "[MIDDLE]", "[SUFFIX]", "[SYSTEM_PROMPT]",
        "[/SYSTEM_PROMPT]", "[THINK]", "[/THINK]",
    ),
    "Phi": (
        "<|system|>", "<|user|>", "<|assistant|>", "<|end|>", "<|placeholder1|>", "<|tool|>", "<|/tool|>", "<|tool_call|>",
        "<|/tool_call|>", "<|tool_response|>", "<|dummy_0|>",
    ),
    "DeepSeek": (
        "<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>", "<｜User｜>", "<｜Assistant｜>", "<｜▁pad▁｜>", "<|EOT|>",
        "<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>", "<｜tool▁call▁begin｜>", "<｜tool▁call▁end｜>", "<｜tool▁sep｜>",
        "<｜tool▁outputs▁begin｜>", "<｜tool▁outputs▁end｜>", "<｜tool▁output▁begin｜>", "<｜tool▁output▁end｜>",
        "<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>",
    ),
    "EXAONE": (
        "[|system|]", "[|user|]", "[|assistant|]", "[|endofturn|]", "[|tool|]", "[BOS]", "[EOS]", "[PAD]", "[UNK]",
        "<thought>", "</thought>",
    ),
    "HyperCLOVA X": ("<|endofturn|>", "<|stop|>", "<|sep|>", "<|mime_start|>", "<|mime_end|>", "<|code_prefix|>"),
    "GPT-OSS": ("<|start|>", "<|message|>", "<|channel|>", "<|constrain|>", "<|return|>", "<|call|>"),
    "Granite": ("<|start_of_role|>", "<|end_of_role|>", "<|tool_list|>"),
    "Command": (
        "<BOS_TOKEN>", "<EOS_TOKEN>", "<|START_OF_TURN_TOKEN|>", "<|END_OF_TURN_TOKEN|>", "<|SYSTEM_TOKEN|>",
        "<|USER_TOKEN|>", "<|CHATBOT_TOKEN|>", "<|START_RESPONSE|>", "<|END_RESPONSE|>", "<|START_THINKING|>",
        "<|END_THINKING|>",
    ),
    "Kimi": ("<|im_system|>", "<|im_user|>", "<|im_assistant|>", "<|im_middle|>", "[EOT]"),
    "GLM": ("[gMASK]", "[sMASK]", "<sop>", "<eop>", "<|observation|>"),
    "Others": (
        "<|eot|>", "<|eos|>", "<|bos|>", "<|pad|>", "<|unk|>", "<|prompter|>", "<|model|>", "<|tool_list_start|>",
        "<|tool_list_end|>", "<|tool_call_start|>", "<|tool_call_end|>", "[SEP]", "[CLS]", "[MASK]",
    ),
}  # fmt: skip

CONTROL_TOKENS: tuple[str, ...] = tuple(dict.fromkeys(token for family in FAMILIES.values() for token in family))
