package nspi

import (
	"strings"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// First bytes of the two kinds of entry ids.
const (
	entryIDPermanent uint8 = 0x00
	entryIDEphemeral uint8 = 0x87
)

// permanentEntryID returns the entry id that names an object by its DN, [MS-OXNSPI] 2.2.9.3.
func permanentEntryID(typ displayType, dn string) string {
	w := wire.Writer{Buf: make([]byte, 0, 29+len(dn))}
	w.U32(uint32(entryIDPermanent))
	w.Put(providerUID[:])
	w.U32(1)
	w.U32(uint32(typ))
	w.ASCIIZ(toCodePage(dn, codePageTeletex))
	return string(w.Buf)
}

// ephemeralEntryID returns the entry id that names an object by its MId on this server, [MS-OXNSPI] 2.2.9.2.
func ephemeralEntryID(server mapi.GUID, typ displayType, mid uint32) string {
	w := wire.Writer{Buf: make([]byte, 0, 32)}
	w.U32(uint32(entryIDEphemeral))
	w.Put(server[:])
	w.U32(1)
	w.U32(uint32(typ))
	w.U32(mid)
	return string(w.Buf)
}

// parseEntryID returns the DN in a permanent entry id or the MId in an ephemeral one of this server. The display
// type in it does not count.
func parseEntryID(id []byte, server mapi.GUID) (dn string, mid uint32, ok bool) {
	r := wire.NewReader(id)
	kind, _ := r.U8(), r.Take(3)
	uid := string(r.Take(16))
	if r.U32() != 1 {
		return "", 0, false
	}
	r.U32()
	switch {
	case kind == entryIDEphemeral && uid == string(server[:]):
		mid = r.U32()
	case kind == entryIDPermanent && uid == string(providerUID[:]):
		dn = fromCodePage(r.ASCIIZ(), codePageTeletex)
	default:
		return "", 0, false
	}
	return dn, mid, r.Err() == nil
}

// searchKey returns PidTagSearchKey of an Exchange address, [MS-OXOABK] 2.2.3.5.
func searchKey(dn string) string {
	return "EX:" + toCodePage(strings.ToUpper(dn), codePageTeletex) + "\x00"
}
