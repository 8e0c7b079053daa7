package rop

import (
	"math"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// putList appends a 16-bit count and the elements. What the count can't express is left out, so that a message never
// becomes unreadable; whoever builds a message keeps its lists below 65,536 elements.
func putList[T any](w *wire.Writer, list []T, put func(*wire.Writer, T)) {
	list = list[:min(len(list), math.MaxUint16)]
	w.U16(uint16(len(list)))
	for _, e := range list {
		put(w, e)
	}
}

// readList reads a 16-bit count and elements of at least size bytes each.
func readList[T any](d *Decoder, size int, read func(*wire.Reader) T) []T {
	return readCounted(d.Reader, uint32(d.U16()), size, read)
}

// readCounted reads n elements of at least size bytes each. It allocates in proportion to the bytes that are there.
func readCounted[T any](r *wire.Reader, n uint32, size int, read func(*wire.Reader) T) []T {
	count := r.Count(n, math.MaxInt32, size)
	if count == 0 {
		return nil
	}
	list := make([]T, 0, count)
	for range count {
		e := read(r)
		if r.Err() != nil {
			return nil
		}
		list = append(list, e)
	}
	return list
}

// putData16 appends bytes after their 16-bit size; see putList for those that are too many.
func putData16(w *wire.Writer, b []byte) {
	b = b[:min(len(b), math.MaxUint16)]
	w.U16(uint16(len(b)))
	w.Put(b)
}

func readData16(d *Decoder) []byte { return d.Copy(int(d.U16())) }

func putData32(w *wire.Writer, b []byte) {
	w.U32(uint32(len(b)))
	w.Put(b)
}

func readData32(d *Decoder) []byte { return d.Copy(d.Count(d.U32(), math.MaxInt32, 1)) }

// readSized gives read a reader over the next n bytes and passes over those that it leaves: as long as the size says
// where a structure ends, what stands behind it does not matter.
func readSized(d *Decoder, n int, read func(r *wire.Reader)) {
	b := d.Take(n)
	if d.Err() != nil {
		return
	}
	r := wire.NewReader(b)
	read(r)
	if r.Err() == error(mapi.ErrTooComplex) && d.Refused != nil {
		d.Refused(mapi.ErrTooComplex)
		return
	}
	d.Fail(r.Err())
}

func putID(w *wire.Writer, id mapi.ID) { w.U64(uint64(id)) }

func readID(r *wire.Reader) mapi.ID { return mapi.ID(r.U64()) }

func putTag(w *wire.Writer, t mapi.PropTag) { w.U32(uint32(t)) }

func readTag(r *wire.Reader) mapi.PropTag { return mapi.PropTag(r.U32()) }

func readGUID(r *wire.Reader) (g mapi.GUID) {
	copy(g[:], r.Take(len(g)))
	return g
}

// putRestriction appends a restriction after its 16-bit size; nil is size 0.
func putRestriction(w *wire.Writer, rs prop.Restriction) {
	at := w.Mark16()
	prop.WriteRestriction(w, rs)
	w.Set16(at, uint16(w.Len()-at-2))
}

func readRestriction(d *Decoder) (rs prop.Restriction) {
	n := int(d.U16())
	if n == 0 {
		return nil
	}
	readSized(d, n, func(r *wire.Reader) { rs = prop.ReadRestriction(r) })
	return rs
}

// putText appends a terminated string: UTF-16LE, or bytes in the code page of the session.
func putText(w *wire.Writer, s string, unicode bool) {
	if unicode {
		w.UTF16Z(s)
	} else {
		w.ASCIIZ(s)
	}
}

func readText(r interface {
	UTF16Z() string
	ASCIIZ() string
}, unicode bool) string {
	if unicode {
		return r.UTF16Z()
	}
	return r.ASCIIZ()
}

// putDest appends the destination's handle index of a "null destination object" failure, [MS-OXCROPS] 2.2.4.6.3.
func putDest(w *wire.Writer, code mapi.ErrorCode, index uint32) {
	if code == mapi.ErrDstNullObject {
		w.U32(index)
	}
}

func readDest(d *Decoder, code mapi.ErrorCode) uint32 {
	if code == mapi.ErrDstNullObject {
		return d.U32()
	}
	return 0
}
