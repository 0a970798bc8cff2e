"""Brings what was generated to what is there: ids of things that exist, and what JSON Schema has no words for.

Only parts that are meant to be valid are changed; what is wrong on purpose stays so. CPM_FUZZ_KNOWN names the file that known.ts describes.
"""
import json
import os
import random
import re
import time
from urllib.parse import quote

import schemathesis
from schemathesis.core import NotSet
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import TestPhase

with open(os.environ["CPM_FUZZ_KNOWN"], encoding="utf-8") as file:
    KNOWN = json.load(file)
DICE = random.Random(KNOWN["seed"])
# Of another box everything is refused, and then nothing else of the operation is seen.
ALWAYS = {"boxId", "storeName"}


def valid_parts(case):
    """Where nothing is wrong on purpose. To be asked before anything is changed: what is changed is judged anew when it is asked for."""
    components = getattr(case.meta, "components", None) or {}
    return {location for location in ParameterLocation if location not in components or str(components[location].mode) != "negative"}


def of_operation(case, name):
    own = KNOWN["operations"].get(f"{case.operation.method.upper()} {case.operation.path}", {})
    return own.get(name, KNOWN["parameters"].get(name))


def future(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


@schemathesis.hook
def before_call(context, case, kwargs):
    valid, is_series = valid_parts(case), case.meta is not None and case.meta.phase.name == TestPhase.STATEFUL
    if case.path_parameters and ParameterLocation.PATH in valid:
        for name in case.path_parameters:
            values = of_operation(case, name)
            # In a series of requests the id is that of what was made before.
            if values and (name in ALWAYS or (not is_series and DICE.random() < 0.8)):
                case.path_parameters[name] = quote(str(DICE.choice(values)), safe="")
    if case.query and ParameterLocation.QUERY in valid:
        for name in case.query:
            values = of_operation(case, name)
            if values:
                case.query[name] = DICE.choice(values)
    if isinstance(case.body, dict) and ParameterLocation.BODY in valid:
        complete(case.body)
    if case.operation.path == "/admin/v1/policy" and case.headers is not None and ParameterLocation.HEADER in valid:
        case.headers["If-Match"] = "*"
    # What is there takes the place of what was as valid, in the form in which it goes out: schemathesis would judge that form, and call the case wrong on purpose.
    case._sync_validated_hashes()


def complete(body):
    if "expiresAt" in body:
        body["expiresAt"] = future(3600)
    if "fileId" in body:
        body["fileId"] = DICE.choice(KNOWN["parameters"]["fileId"])
        if "contentType" in body:
            body.pop("body", None)
    if "activeProfile" in body and isinstance(body.get("profiles"), dict):
        body["profiles"].setdefault(body["activeProfile"], {})


# A form has its parts in one order, each with a name.
FORM = [r"^root-fields: .*must (be the first part|have a Content-Disposition)"]
# What is refused although JSON Schema has no words to say so beforehand: `path: message` of a fault, everywhere and by operation.
BEYOND_SCHEMA = {
    "": [
        r"is a (forbidden key|key with a null character)$", r"must not nest deeper than", r"control or direction-override characters", r"must not contain (control|lone)", r"\\Recent is the server",
        r"[cC]ursor: .*is no (cursor|creationCursor)", r"restartToken: ", r"must be And with VanishedObjects", r"must be of another|must not look like an address", r"a file name without path",
    ],
    "PUT /admin/v1/policy": [r"^ucn\.(text|summaryText)\."],
    "POST /admin/v1/policy/ucn-preview": [r"^(texts|summaryTexts)\."],
    "POST /network/v1/ims/registrations": [r"must be a reginfo document", r"an active contact needs"],
    "PUT /cpm/v1/preferences": [r"^(activeProfile|profiles): "],
    "PUT /cpm/v1/devices/{deviceId}": [r"^name: "],
    "PATCH /cpm/v1/devices/{deviceId}": [r"^name: "],
    "PUT /admin/v1/subscribers/{address}": [r"^primaryDevice\.name: "],
    "POST /cpm/v1/sessions": [r"^to: must name"],
    "POST /cpm/v1/files": [r"^Upload-Length: ", r"^X-File-Name: "],
    "PATCH /cpm/v1/files/uploads/{uploadId}": [r"^Upload-Length: "],
    "POST /nms/v1/{storeName}/{boxId}/objects": [r"^object\.attributes", *FORM],
    "POST /nms/v1/{storeName}/{boxId}/objects/operations/bulkCreation": FORM,
    "POST /nms/v1/{storeName}/{boxId}/subscriptions": [r"notifyURL: "],
    "GET /nms/v1/{storeName}/{boxId}/objects/operations/pathToId": [r"^path: "],
}


def faults_of(response):
    body = response.json()
    if "requestError" not in body:
        return [f"{fault['path']}: {fault['message']}" for fault in body.get("errors", [])]
    (exception,) = body["requestError"].values()
    return [f"{(exception.get('variables') or [''])[0]}: {exception['text']}"]


def refuses_a_part(response):
    """Of a bulk request each part has an answer of its own."""
    return any(400 <= part["code"] < 500 for part in response.json().get("bulkResponseList", {}).get("response", []))


@schemathesis.hook
def filter_failure(context, failure, case, response):
    if type(failure).__name__ == "AcceptedNegativeData":
        return response.status_code != 206 or not refuses_a_part(response)
    if type(failure).__name__ != "RejectedPositiveData":
        return True
    # Only what has a body has a type.
    if response.status_code == 415 and isinstance(case.body, NotSet):
        return False
    # How many bytes a body or a file may have is no matter of a schema.
    if response.status_code in (413, 416):
        return False
    if response.status_code != 400:
        return True
    patterns = BEYOND_SCHEMA[""] + BEYOND_SCHEMA.get(f"{case.operation.method.upper()} {case.operation.path}", [])
    faults = faults_of(response)
    return not faults or not all(any(re.search(pattern, fault) for pattern in patterns) for fault in faults)
