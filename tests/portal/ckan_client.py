"""Run in the outside environment: what ckanapi gets from the CKAN interface at an address, told as one JSON.

Arguments: the address, and a list of [action, parameters] as JSON. Each is asked by POST and by GET where that can be;
a refusal is told as [name of ckanapi's exception, its words].
"""

import json
import sys

import ckanapi

address, asked = sys.argv[1], json.loads(sys.argv[2])
answers = []
for get_only in (False, True):
    with ckanapi.RemoteCKAN(address, get_only=get_only) as client:
        for action, parameters in asked:
            if get_only:
                parameters = {k: json.dumps(v) if isinstance(v, (dict, list)) else v for k, v in parameters.items()}
            try:
                answers.append(client.call_action(action, parameters))
            except ckanapi.CKANAPIError as error:
                answers.append({"ditolak": [type(error).__name__, str(error)]})
            except (
                ckanapi.NotFound,
                ckanapi.NotAuthorized,
                ckanapi.ValidationError,
                ckanapi.SearchQueryError,
            ) as error:
                answers.append({"ditolak": [type(error).__name__, str(error)]})
print(json.dumps(answers))
