package prop

import "github.com/mapid/mapid/internal/mapi"

// ObjectNumber makes a PtypObject that carries the number NSPI puts in its place, [MS-OXNSPI] 2.2.2.7. ROP buffers
// have no room for it.
func ObjectNumber(n uint32) Value { return Value{typ: mapi.PtypObject, num: uint64(n)} }
