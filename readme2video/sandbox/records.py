"""How a task is told: the records of the job, Veo, Runway and Aleph endpoints, and the bodies of callbacks."""

from __future__ import annotations

import json
import time
from typing import Any

from readme2video.sandbox.account import Account, Job, parameters

_OK = {"code": 200, "msg": "success"}
NOT_FOUND = {"code": 422, "msg": "recordInfo is null", "data": None}


def record(account: Account, job: Job, state: str | None = None) -> dict[str, Any]:
    """The answer to a status request.

    Args:
        state: Told instead of the true one, for forged callbacks.
    """
    account.settle()
    tell = {"jobs": _market, "veo": _veo, "runway": _runway, "aleph": _aleph}[job.order.family]
    return {**_OK, "data": tell(account, job, state or job.state(account.clock()))}


def _market(account: Account, job: Job, state: str) -> dict[str, Any]:
    ended = state in ("success", "fail")
    result: str | None = ""
    if state == "success":
        links = {"resultUrls": [account.result_url(job)]}
        if job.given.get("remove_watermark"):
            links["resultWaterMarkUrls"] = [f"{account.result_url(job)}?marked=1"]
        result = json.dumps(links)
    elif state == "fail":
        result = None
    failed = job.fail or (500, "Internal server error")
    ended_ms = job.ended_ms or round(time.time() * 1000)
    told: dict[str, Any] = {
        "taskId": job.order.task_id,
        "model": job.order.model,
        "state": state,
        "param": parameters(job),
        "resultJson": result,
        "failCode": job.fail_code if state == "fail" else None,
        "failMsg": failed[1] if state == "fail" else None,
        "costTime": (ended_ms - job.created_ms) // 1000 if ended else None,
        "completeTime": ended_ms if ended else None,
        "createTime": job.created_ms,
        "creditsConsumed": float(job.consumed),
    }
    if job.product.progress and state == "generating":
        gone = (account.clock() - job.order.at) / max(1e-6, job.ready_at - job.order.at)
        told["progress"] = min(99, round(100 * gone))
    return told


def _veo(account: Account, job: Job, state: str) -> dict[str, Any]:
    failed = job.fail if state == "fail" else None
    done = {
        "taskId": job.order.task_id,
        "resultUrls": [account.result_url(job)],
        "originUrls": [],
        "resolution": job.product.value("resolution", job.given),
    }
    return {
        "taskId": job.order.task_id,
        "paramJson": parameters(job),
        "successFlag": {"success": 1, "fail": 2}.get(state, 0),
        "response": done if state == "success" else None,
        "errorCode": failed[0] if failed else None,
        "errorMessage": failed[1] if failed else None,
        "fallbackFlag": False,
    }


def _aleph(account: Account, job: Job, state: str) -> dict[str, Any]:
    url = account.result_url(job)
    failed = job.fail if state == "fail" else None
    return {
        "taskId": job.order.task_id,
        "paramJson": parameters(job),
        "successFlag": {"success": 1, "fail": 3}.get(state, 0),
        "response": {"resultVideoUrl": url, "resultImageUrl": f"{url}.png"} if state == "success" else None,
        "errorCode": failed[0] if failed else None,
        "errorMessage": failed[1] if failed else None,
    }


def _runway(account: Account, job: Job, state: str) -> dict[str, Any]:
    url = account.result_url(job)
    told: dict[str, Any] = {
        "taskId": job.order.task_id,
        "parentTaskId": "",
        "state": {"waiting": "wait", "queuing": "queueing"}.get(state, state),
        "generateParam": job.given,
        "expireFlag": 0,
    }
    if state == "success":
        told["generateTime"] = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(job.ended_ms / 1000))
        told["videoInfo"] = {
            "videoId": f"v-{job.order.task_id[:8]}",
            "taskId": job.order.task_id,
            "videoUrl": url,
            "imageUrl": f"{url}.png",
        }
    if state == "fail":
        told["failCode"], told["failMsg"] = job.fail_code, (job.fail or (500, "Internal server error"))[1]
    return told


def callback_body(account: Account, job: Job, state: str | None = None) -> dict[str, Any]:
    """What is posted when a task ends."""
    told = record(account, job, state)["data"]
    url = account.result_url(job)
    task_id = job.order.task_id
    ended = state or job.state(account.clock())
    if job.order.family == "jobs":
        if ended in ("success", "fail"):  # records lack it, callbacks have it
            told["updateTime"] = told["completeTime"]
        if ended == "success":
            return {"code": 200, "msg": "Playground task completed successfully.", "data": told}
        if ended == "fail":
            return {"code": 501, "msg": "Playground task failed.", "data": told}
        return {"code": 200, "msg": "progress", "data": told}
    if ended == "fail":
        body = {"code": 501, "msg": "generate failed", "data": {"taskId": task_id, "task_id": task_id}}
    elif job.order.family == "veo":
        info = {key: value for key, value in (told["response"] or {}).items() if key != "taskId"}
        body = {**_OK, "data": {"taskId": task_id, "promptJson": "{}", "info": info, "fallbackFlag": False}}
    elif job.order.family == "runway":
        data = {"task_id": task_id, "video_id": f"v-{task_id[:8]}", "video_url": url, "image_url": f"{url}.png"}
        body = {"code": 200, "msg": "All generated successfully.", "data": data}
    else:
        body = {**_OK, "data": {"result_video_url": url, "result_image_url": f"{url}.png"}, "taskId": task_id}
    return body
