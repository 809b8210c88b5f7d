"""What kind of device a browser says it is, in a clerk's words; never more than kind and browser."""

from __future__ import annotations

_KINDS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("HarmonyOS", "鸿蒙手机"), ("Android", "安卓手机"), ("Windows", "Windows 电脑"),
    ("Macintosh", "苹果电脑"), ("Linux", "Linux 电脑"),
)  # fmt: skip
_BROWSERS = (
    ("MicroMessenger", "微信"), ("DingTalk", "钉钉"), ("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
UNKNOWN = "其他设备"


def device_of(user_agent: str) -> str:
    """`安卓手机 · 微信`."""
    kind = next((word for sign, word in _KINDS if sign in user_agent), UNKNOWN)
    browser = next((word for sign, word in _BROWSERS if sign in user_agent), "")
    return f"{kind} · {browser}" if browser else kind
