"""What the brain says when it asks or declines, in English and Chinese."""

from __future__ import annotations

from collections.abc import Sequence

_TEXTS = {
    "which": ("Which one do you mean by “{what}”: {options}?", "“{what}”指的是哪一个：{options}？"),
    "missing": ("There is no “{what}” here.", "这里没有“{what}”。"),
    "missing_near": ("There is no “{what}” here. Do you mean {options}?", "这里没有“{what}”。您是指{options}吗？"),
    "unsure": ("Do you mean {options} by “{what}”?", "“{what}”是指{options}吗？"),
    "too_few": (
        "I see only {count} that could be “{what}”: {options}. What shall I do?",
        "能算作“{what}”的只有{count}个：{options}。要怎么做？",
    ),
    "too_many": (
        "More than two could be meant by “{what}”: {options}. Which?",
        "“{what}”可能指的不止两个：{options}。是哪些？",
    ),
    "antecedent": ("What does “it” refer to: {options}?", "“它”指的是哪一个：{options}？"),
    "whereto": ("Where should {options} go?", "要把{options}放到哪里？"),
    "reference": ("Relative to what should {options} go?", "要放在什么东西的旁边或哪一侧：{options}？"),
    "positions": (
        "I do not know where these stand, so I cannot tell which one is meant by “{what}”: {options}?",
        "我不知道它们的位置，无法判断“{what}”是哪一个：{options}？",
    ),
    "conflict": (
        "You ask me both to move {options} and to leave it alone. Which?",
        "您既要我移动{options}，又要我别动它。要怎么做？",
    ),
    "unclear": ("I did not understand that. Could you say it another way?", "我没有听懂，能换个说法吗？"),
    "leftover": (
        "I am not sure what to do about “{what}”. Could you say it another way?",
        "我不确定“{what}”要怎么处理，能换个说法吗？",
    ),
    "onto_itself": (
        "{what} cannot be put relative to itself. What do you mean?",
        "{what}不能相对于它自己来摆放。您的意思是？",
    ),
    "one_place": (
        "Which one should go on {what}? Only one fits: {options}.",
        "{what}上只放得下一个：{options}。放哪个？",
    ),
    "one_target": ("Where exactly: {options}?", "具体放到哪里：{options}？"),
    "graspless": (
        "I cannot pick up {what}: it is not something this gripper can hold.",
        "我拿不起{what}：这个夹爪夹不住它。",
    ),
    "fixed": ("{what} is fixed in place; it cannot be moved.", "{what}是固定的，不能移动。"),
    "contain": ("Nothing can be put into {what}.", "{what}里不能放东西。"),
    "not_inside": ("{what} is not in or on {options}.", "{what}不在{options}那里。"),
    "one_hand": ("I can hold only one thing at a time.", "我一次只能拿一个东西。"),
    "state": ("{what} cannot be {options}.", "{what}无法执行这个操作。"),
    "swap": ("I can only swap things that lie on or in different places.", "只有放在不同位置上的东西才能交换。"),
    "nothing_before": ("There is nothing to take back yet.", "还没有可以撤销的操作。"),
    "not_reversible": (
        "I cannot take that back: {what} cannot be put as it was.",
        "这个无法撤销：{what}恢复不了原样。",
    ),
    "already": ("There is nothing to move there.", "那里没有可以移动的东西。"),
    "unsafe": (
        "I will not do that: it could hurt someone or break something.",
        "我不会这样做：可能会伤到人或损坏东西。",
    ),
    "cannot": (
        "I cannot do that. I can pick things up, put them somewhere, open, close and press.",
        "这个我做不到。我可以拿起、摆放物体，以及打开、关上和按下东西。",
    ),
    "on_what": ("What should I {what}?", "要我{what}什么？"),
    "no_skill": ("I cannot {what}.", "我不会{what}。"),
    "stack": ("It takes at least two things to make a tower.", "至少要有两个东西才能叠起来。"),
}


def word(key: str, chinese: bool, what: str = "", options: Sequence[str] = (), count: int = 0) -> str:
    """The text of that key in the person's language."""
    text = _TEXTS[key][chinese]
    joined = (
        ("、" if chinese else ", ").join(options[:-1])
        + ((" 或 " if chinese else " or ") if len(options) > 1 else "")
        + "".join(options[-1:])
    )
    return text.format(what=what, options=joined, count=count)
