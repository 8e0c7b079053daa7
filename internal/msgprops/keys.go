package msgprops

import (
	"encoding/binary"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// ServerID returns a PtypServerId without its size, [MS-OXCDATA] 2.11.1.4: a folder if message is 0, else a message;
// instance is not 0 only in searches over multiple-value properties.
func ServerID(folder, message mapi.ID, instance uint32) []byte {
	w := wire.Writer{Buf: make([]byte, 0, serverIDSize)}
	w.U8(serverIDOurs)
	w.U64(uint64(folder))
	w.U64(uint64(message))
	w.U32(instance)
	return w.Buf
}

const (
	serverIDSize       = 21
	serverIDOurs uint8 = 1 // other values: bytes of the client's own
)

// ParseServerID reads a PtypServerId; ok is false for one of the client's own or of the wrong size.
func ParseServerID(b []byte) (folder, message mapi.ID, instance uint32, ok bool) {
	if len(b) != serverIDSize || b[0] != serverIDOurs {
		return 0, 0, 0, false
	}
	r := wire.NewReader(b[1:])
	return mapi.ID(r.U64()), mapi.ID(r.U64()), r.U32(), true
}

// GID returns a global identifier, [MS-OXCDATA] 2.2.1.3: the source key of an object, PidTagSourceKey, or the change key
// of a change that the server made, PidTagChangeKey.
func GID(id prop.LongTermID) []byte {
	w := wire.Writer{Buf: make([]byte, 0, gidSize)}
	w.Put(id.DatabaseGUID[:])
	prop.WriteGlobalCounter(&w, id.GlobalCounter)
	return w.Buf
}

const gidSize = 22

// ParseGID reads a global identifier; ok is false for an identifier of another size.
func ParseGID(b []byte) (id prop.LongTermID, ok bool) {
	if len(b) != gidSize {
		return prop.LongTermID{}, false
	}
	r := wire.NewReader(b)
	copy(id.DatabaseGUID[:], r.Take(16))
	id.GlobalCounter = prop.ReadGlobalCounter(r)
	return id, true
}

// InstanceKey returns PidTagInstanceKey of a row, which is opaque to clients: it tells the rows of one table apart.
func InstanceKey(folder, message mapi.ID, instance uint32) []byte {
	w := wire.Writer{Buf: make([]byte, 0, 20)}
	w.U64(uint64(folder))
	w.U64(uint64(message))
	w.U32(instance)
	return w.Buf
}

// ParseInstanceKey returns the message that a row's PidTagInstanceKey names; ok is false if it is no such key.
func ParseInstanceKey(b []byte) (message mapi.ID, ok bool) {
	const size = 8 + 8 + 4
	if len(b) != size {
		return 0, false
	}
	return mapi.ID(binary.LittleEndian.Uint64(b[8:])), true
}
