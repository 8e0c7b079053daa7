package prop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// LongTermID is an object identifier that means the same in every logon, [MS-OXCDATA] 2.2.1.3.1.
type LongTermID struct {
	DatabaseGUID  mapi.GUID
	GlobalCounter uint64 // 48 bits
}

// LongTermIDSize is the number of bytes of a LongTermID.
const LongTermIDSize = 24

// ReadLongTermID reads a LongTermID. Its two bytes of padding are ignored, as servers do.
func ReadLongTermID(r *wire.Reader) (id LongTermID) {
	copy(id.DatabaseGUID[:], r.Take(16))
	id.GlobalCounter = ReadGlobalCounter(r)
	r.Skip(2)
	return id
}

// WriteLongTermID appends a LongTermID.
func WriteLongTermID(w *wire.Writer, id LongTermID) {
	w.Put(id.DatabaseGUID[:])
	WriteGlobalCounter(w, id.GlobalCounter)
	w.Zero(2)
}

// ReadGlobalCounter reads the six big-endian bytes of a global counter.
func ReadGlobalCounter(r *wire.Reader) (n uint64) {
	for _, b := range r.Take(6) {
		n = n<<8 | uint64(b)
	}
	return n
}

// WriteGlobalCounter appends the six big-endian bytes of a global counter.
func WriteGlobalCounter(w *wire.Writer, n uint64) {
	b := mapi.CounterBytes(n)
	w.Put(b[:])
}
