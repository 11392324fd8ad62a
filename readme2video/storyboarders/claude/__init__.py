"""Claude writes the storyboard: asked once, checked by us, at most twice asked to mend it."""

from readme2video.storyboarders.claude.reply import reply_schema
from readme2video.storyboarders.claude.storyboarder import ClaudeStoryboarder

__all__ = ["ClaudeStoryboarder", "reply_schema"]
