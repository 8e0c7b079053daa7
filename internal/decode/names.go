package decode

import "github.com/mapid/mapid/internal/mapi"

// names are the operations of the interfaces that an Exchange server has over RPC, by the interface's UUID and opnum.
var names = map[[16]byte]map[uint16]string{
	// EMSMDB and AsyncEMSMDB, [MS-OXCRPC] 3.1.4 and 3.3.4
	mapi.MustGUID("a4f1db00-ca47-1067-b31f-00dd010662da"): {
		0: "EcDoConnect", 1: "EcDoDisconnect", 2: "EcDoRpc", 4: "EcRRegisterPushNotification", 6: "EcDummyRpc", 10: "EcDoConnectEx",
		11: "EcDoRpcExt2", 14: "EcDoAsyncConnectEx",
	},
	mapi.MustGUID("5261574a-4572-206e-b268-6b199213b4e4"): {0: "EcDoAsyncWaitEx"},
	// NSPI, [MS-OXNSPI] 3.1.4.1
	mapi.MustGUID("f5cc5a18-4264-101a-8c59-08002b2f8426"): {
		0: "NspiBind", 1: "NspiUnbind", 2: "NspiUpdateStat", 3: "NspiQueryRows", 4: "NspiSeekEntries", 5: "NspiGetMatches",
		6: "NspiResortRestriction", 7: "NspiDNToMId", 8: "NspiGetPropList", 9: "NspiGetProps", 10: "NspiCompareMIds", 11: "NspiModProps",
		12: "NspiGetSpecialTable", 13: "NspiGetTemplateInfo", 14: "NspiModLinkAtt", 16: "NspiQueryColumns", 17: "NspiGetNamesFromIDs",
		18: "NspiGetIDsFromNames", 19: "NspiResolveNames", 20: "NspiResolveNamesW",
	},
	// RFR, [MS-OXABREF] 3.1.4
	mapi.MustGUID("1544f5e0-613c-11d1-93df-00c04fd7bd09"): {0: "RfrGetNewDSA", 1: "RfrGetFQDNFromServerDN"},
	// The endpoint mapper and the management interface, [C706] appendices O and Q
	mapi.MustGUID("e1af8308-5d1f-11c9-91a4-08002b14a0fa"): {
		0: "ept_insert", 1: "ept_delete", 2: "ept_lookup", 3: "ept_map", 4: "ept_lookup_handle_free", 5: "ept_inq_object", 6: "ept_mgmt_delete",
	},
	mapi.MustGUID("afa8bd80-7d8a-11c9-bef4-08002b102989"): {
		0: "inq_if_ids", 1: "inq_stats", 2: "is_server_listening", 3: "stop_server_listening", 4: "inq_princ_name",
	},
}

// OperationName is the name of an operation of an interface, whose UUID is in wire order; it is empty if none is known.
func OperationName(iface [16]byte, opnum uint16) string { return names[iface][opnum] }
