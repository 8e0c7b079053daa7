"""The address book and its referral through impacket's own NSPI and RFR code. Prints what it got as one JSON object.

Arguments: host, port, user, password, domain, level (none, connect, integrity, privacy), and "analysed" if a capture
of it has to pass tshark 4.0, whose NSPI dissector stumbles over some correct stubs: NspiQueryRows requests with NULL
columns, and properties with several strings (a dissector bug for 8-bit ones; Unicode ones it takes for integers).

impacket's helpers for NspiGetProps, NspiSeekEntries and NspiGetSpecialTable send referents the interface does not
have, and NspiGetMatches, NspiResortRestriction and NspiModProps are not there: those calls are defined here from the
interface definition, out of impacket's types.
"""
import datetime
import json
import sys

from impacket.dcerpc.v5 import nspi, oxabref, transport
from impacket.dcerpc.v5.dtypes import DWORD, NULL, ULONG
from impacket.dcerpc.v5.ndr import NDRCALL
from impacket.dcerpc.v5.nspi import DCERPCSessionError  # noqa: F401: impacket looks for it beside a call's class
from impacket.dcerpc.v5.rpcrt import (
    DCERPCException, RPC_C_AUTHN_LEVEL_CONNECT, RPC_C_AUTHN_LEVEL_PKT_INTEGRITY, RPC_C_AUTHN_LEVEL_PKT_PRIVACY,
    RPC_C_AUTHN_WINNT,
)

LEVELS = {
    "connect": RPC_C_AUTHN_LEVEL_CONNECT, "integrity": RPC_C_AUTHN_LEVEL_PKT_INTEGRITY,
    "privacy": RPC_C_AUTHN_LEVEL_PKT_PRIVACY,
}
host, port, user, password, domain, level = sys.argv[1:7]
analysed = "analysed" in sys.argv[7:]


class NspiSeekEntries(NDRCALL):
    opnum = 4
    structure = (
        ("hRpc", nspi.handle_t), ("Reserved", DWORD), ("pStat", nspi.STAT), ("pTarget", nspi.PropertyValue_r),
        ("lpETable", nspi.PPropertyTagArray_r), ("pPropTags", nspi.PPropertyTagArray_r),
    )


class NspiSeekEntriesResponse(NDRCALL):
    structure = (("pStat", nspi.STAT), ("ppRows", nspi.PPropertyRowSet_r), ("ErrorCode", ULONG))


class NspiGetMatches(NDRCALL):
    opnum = 5
    structure = (
        ("hRpc", nspi.handle_t), ("Reserved1", DWORD), ("pStat", nspi.STAT), ("pReserved", nspi.PPropertyTagArray_r),
        ("Reserved2", DWORD), ("Filter", nspi.PRestriction_r), ("lpPropName", nspi.PPropertyName_r),
        ("ulRequested", DWORD), ("pPropTags", nspi.PPropertyTagArray_r),
    )


class NspiGetMatchesResponse(NDRCALL):
    structure = (
        ("pStat", nspi.STAT), ("ppOutMIds", nspi.PPropertyTagArray_r), ("ppRows", nspi.PPropertyRowSet_r), ("ErrorCode", ULONG),
    )


class NspiResortRestriction(NDRCALL):
    opnum = 6
    structure = (
        ("hRpc", nspi.handle_t), ("Reserved", DWORD), ("pStat", nspi.STAT), ("pInMIds", nspi.PropertyTagArray_r),
        ("ppOutMIds", nspi.PPropertyTagArray_r),
    )


class NspiResortRestrictionResponse(NDRCALL):
    structure = (("pStat", nspi.STAT), ("ppOutMIds", nspi.PPropertyTagArray_r), ("ErrorCode", ULONG))


class NspiGetProps(NDRCALL):
    opnum = 9
    structure = (("hRpc", nspi.handle_t), ("dwFlags", DWORD), ("pStat", nspi.STAT), ("pPropTags", nspi.PPropertyTagArray_r))


class NspiGetPropsResponse(NDRCALL):
    structure = (("ppRow", nspi.PPropertyRow_r), ("ErrorCode", ULONG))


class NspiGetSpecialTable(NDRCALL):
    opnum = 12
    structure = (("hRpc", nspi.handle_t), ("dwFlags", DWORD), ("pStat", nspi.STAT), ("lpVersion", DWORD))


class NspiGetSpecialTableResponse(NDRCALL):
    structure = (("lpVersion", DWORD), ("ppRows", nspi.PPropertyRowSet_r), ("ErrorCode", ULONG))


def connect(interface):
    trans = transport.DCERPCTransportFactory("ncacn_ip_tcp:%s[%s]" % (host, port))
    trans.set_connect_timeout(20)
    dce = trans.get_dce_rpc()
    if level != "none":
        dce.set_credentials(user, password, domain)
        dce.set_auth_type(RPC_C_AUTHN_WINNT)
        dce.set_auth_level(LEVELS[level])
    dce.connect()
    dce.bind(interface)
    return dce


def stat(container=0, current=0, delta=0):
    s = nspi.STAT()
    for name, value in (("ContainerID", container), ("CurrentRec", current), ("Delta", delta), ("CodePage", 1252),
                        ("TemplateLocale", 0x409), ("SortLocale", 0x409)):
        s[name] = value
    return s


def set_tags(array, tags, pointer=True):
    for t in tags:
        d = DWORD()
        d["Data"] = t
        array["aulPropTag"].append(d)
    array["cValues"] = len(tags)
    fields = array.fields["Data"].fields if pointer else array.fields
    fields["aulPropTag"].fields["MaximumCount"] = len(tags) + 1


def mids(array):
    return [m["Data"] if not isinstance(m, int) else m for m in array["aulPropTag"]]


def plain(v):
    if isinstance(v, (nspi.PermanentEntryID, nspi.EphemeralEntryID)):
        return v.getData().hex()
    if isinstance(v, bytes):
        return v.hex()
    if isinstance(v, (list, tuple)):
        return [plain(x) for x in v]
    if isinstance(v, datetime.datetime):
        return v.isoformat()
    return v


def row(r):
    return {"%08x" % tag: plain(value) for tag, value in nspi.simplifyPropertyRow(r).items()}


def rows(rowset):
    return [row(r) for r in rowset["aRow"]]


def refer():
    """Both calls of RFR."""
    dce = connect(oxabref.MSRPC_UUID_OXABREF)
    try:
        out["new_dsa"] = oxabref.hRfrGetNewDSA(dce, recipients + user)["ppszServer"]
    except DCERPCException as e:
        out["rfr_refused"] = str(e)
        return
    out["fqdn"] = oxabref.hRfrGetFQDNFromServerDN(dce, server_dn)["ppszServerFQDN"]
    try:
        oxabref.hRfrGetFQDNFromServerDN(dce, "/o=elsewhere/cn=x")
        out["unknown_server"] = 0
    except DCERPCException as e:
        out["unknown_server"] = e.get_error_code() & 0xFFFFFFFF
    dce.disconnect()


out = {}
recipients = "/o=mapid/ou=First Administrative Group/cn=Recipients/cn="
server_dn = "/o=mapid/ou=First Administrative Group/cn=Configuration/cn=Servers/cn=EXCH01"
refer()

# NSPI
dce = connect(nspi.MSRPC_UUID_NSPI)
try:
    bound = nspi.hNspiBind(dce, stat())
except DCERPCException as e:
    print(json.dumps({"refused": e.get_error_code() & 0xFFFFFFFF, **out}))
    sys.exit(0)
handle = bound["contextHandle"]


def request(call, **fields):
    r = call()
    r["hRpc"] = handle
    for name, value in fields.items():
        r[name] = value
    return r


# the helper's extra referent is harmless, as with real servers: what follows STAT is ignored
out["special_helper"] = rows(nspi.hNspiGetSpecialTable(dce, handle)["ppRows"])
out["special"] = rows(dce.request(request(NspiGetSpecialTable, dwFlags=0, pStat=stat(), lpVersion=0))["ppRows"])

moved = nspi.hNspiUpdateStat(dce, handle, stat(current=2, delta=-1), plDelta=0)
out["last"] = {"mid": moved["pStat"]["CurrentRec"], "pos": moved["pStat"]["NumPos"], "total": moved["pStat"]["TotalRecs"],
               "moved": moved["plDelta"]}

if not analysed:
    out["default_columns"] = rows(nspi.hNspiQueryRows(dce, handle, pStat=stat(), Count=2)["ppRows"])
all_rows = nspi.hNspiQueryRows(dce, handle, pStat=stat(), Count=100, pPropTags=[0x3001001F, 0x0FF60102, 0x39000003])
out["gal"] = rows(all_rows["ppRows"])
out["gal_stat"] = [all_rows["pStat"]["CurrentRec"], all_rows["pStat"]["NumPos"], all_rows["pStat"]["TotalRecs"]]

dn = recipients + user
found = nspi.hNspiDNToMId(dce, handle, [dn, "/o=nobody", server_dn])
out["dn_to_mid"] = mids(found["ppOutMIds"])
me, nobody, server = out["dn_to_mid"]

out["explicit"] = rows(nspi.hNspiQueryRows(dce, handle, pStat=stat(), Count=2, lpETable=[me, server],
                                           pPropTags=[0x3001001E, 0x3003001F, 0x8006001E])["ppRows"])

r = request(NspiSeekEntries, Reserved=0, pStat=stat(), lpETable=NULL)
r["pTarget"]["ulPropTag"] = 0x3001001F
r["pTarget"]["Value"]["tag"] = 0x1F
r["pTarget"]["Value"]["lpszW"] = "bob\0"
set_tags(r.fields["pPropTags"], [0x3001001F])
a = dce.request(r)
out["seek"] = {"pos": a["pStat"]["NumPos"], "rows": rows(a["ppRows"])}

r = request(NspiGetMatches, Reserved1=0, pStat=stat(), pReserved=NULL, Reserved2=0, lpPropName=NULL, ulRequested=100)
f = r["Filter"]
f["rt"] = 4
f["res"]["tag"] = 4
f["res"]["resProperty"]["relop"] = 4
f["res"]["resProperty"]["ulPropTag"] = 0x360C001F
value = f["res"]["resProperty"]["lpProp"]
value["ulPropTag"] = 0x360C001F
value["Value"]["tag"] = 0x1F
value["Value"]["lpszW"] = user + "\0"
set_tags(r.fields["pPropTags"], [0x3003001E])
a = dce.request(r)
out["matches"] = {"mids": mids(a["ppOutMIds"]), "rows": rows(a["ppRows"])}

r = request(NspiResortRestriction, Reserved=0, pStat=stat(), ppOutMIds=NULL)
backwards = [x["0ff60102"] for x in reversed(out["gal"])]
set_tags(r.fields["pInMIds"], backwards, False)
out["resorted"] = mids(dce.request(r)["ppOutMIds"])
out["gal_mids"] = list(reversed(backwards))

out["prop_list"] = len(nspi.hNspiGetPropList(dce, handle, me)["ppOutMIds"]["aulPropTag"])
r = request(NspiGetProps, dwFlags=0, pStat=stat(current=me))
tags = [0x3001001F, 0x3A00001E, 0x39FE001F, 0x8C6D0102, 0x3A40000B, 0x30080040]
set_tags(r.fields["pPropTags"], tags if analysed else tags + [0x800F101F, 0x800F101E])
out["props"] = row(dce.request(r)["ppRow"])
if not analysed:
    r = request(NspiGetProps, dwFlags=0, pStat=stat(current=server))
    set_tags(r.fields["pPropTags"], [0x8170101E])
    out["network_address"] = row(dce.request(r)["ppRow"])
r = request(NspiGetProps, dwFlags=0, pStat=stat(current=nobody))
set_tags(r.fields["pPropTags"], [0x3001001F])
a = dce.request(r, checkError=False)
out["missing"] = {"code": a["ErrorCode"], "row": row(a["ppRow"])}

r = request(nspi.NspiCompareMIds, Reserved=0, pStat=stat(), MId1=out["gal_mids"][0], MId2=out["gal_mids"][1])
out["compare"] = dce.request(r)["plResult"]
out["columns"] = len(nspi.hNspiQueryColumns(dce, handle)["ppColumns"]["aulPropTag"])
names = [user, "nobody at all", "=SMTP:%s@mapid.test" % user, ""]
for name, call in (("resolve", nspi.hNspiResolveNames), ("resolve_w", nspi.hNspiResolveNamesW)):
    a = call(dce, handle, pPropTags=[0x3003001E, 0x0FFF0102], paStr=[n + "\0" for n in names])
    out[name] = {"mids": mids(a["ppMIds"]), "rows": rows(a["ppRows"])}
try:
    a = nspi.hNspiGetTemplateInfo(dce, handle, dwLocaleID=0x409, dwCodePage=1252, dwFlags=1)
    out["template"] = {k: len(v) // 2 for k, v in row(a["ppData"]).items()}
except DCERPCException as e:
    out["template"] = e.get_error_code() & 0xFFFFFFFF
a = dce.request(request(nspi.NspiGetNamesFromIDs, Reserved=0, lpguid=NULL, pPropTags=NULL), checkError=False)
out["names_from_ids"] = a["ErrorCode"]
out["unbind"] = nspi.hNspiUnbind(dce, handle)["ErrorCode"]
dce.disconnect()
print(json.dumps(out))
