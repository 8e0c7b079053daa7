package object

import (
	"context"
	"math"

	"github.com/mapid/mapid/internal/codepage"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/store"
)

// Origins of RopSeekStream, [MS-OXCPRPT] 2.2.21.1.
const (
	SeekBeginning uint8 = 0
	SeekCurrent   uint8 = 1
	SeekEnd       uint8 = 2
)

// maxStreamPosition is the farthest position of a stream.
const maxStreamPosition = math.MaxInt32

// Stream is a property opened as a stream, [MS-OXCPRPT] 3.2.5.11. It is read-only: what it reads does not change with
// the property unless the value is so large that the store keeps it apart.
type Stream struct {
	logon *Logon
	pos   int64
	size  int64
	data  string      // the whole value, unless it is large
	bag   store.BagID // of a large value
	tag   mapi.PropTag
}

// streamable is an object that has stored values for streams.
type streamable interface {
	Bag
	// bagID is the bag that the object's stored properties stand in.
	bagID(ctx context.Context) (store.BagID, error)
}

func (l *Logon) bagID(context.Context) (store.BagID, error)      { return l.mailbox.Bag, nil }
func (m *Message) bagID(context.Context) (store.BagID, error)    { return m.work.bag, nil }
func (a *Attachment) bagID(context.Context) (store.BagID, error) { return a.work.bag, nil }
func (f *Folder) bagID(ctx context.Context) (store.BagID, error) {
	s, err := f.logon.state(ctx, f.id)
	if err != nil {
		return 0, err
	}
	return s.Bag, nil
}

// OpenStream opens a string or binary property of an object for reading, [MS-OXCPRPT] 3.2.5.11.
func OpenStream(ctx context.Context, b Bag, tag mapi.PropTag, mode uint8) (*Stream, error) {
	src, ok := b.(streamable)
	if !ok {
		return nil, mapi.ErrNoSupport
	}
	read := tag
	switch tag.Type() {
	case mapi.PtypBinary, mapi.PtypString:
	case mapi.PtypString8:
		read = tag.WithType(mapi.PtypString)
	case mapi.PtypObject:
		read = tag.WithType(mapi.PtypBinary)
	default:
		return nil, mapi.ErrNoSupport
	}
	switch mode {
	case mapi.OpenModeReadOnly, mapi.OpenModeBestAccess:
	case mapi.OpenModeReadWrite, mapi.OpenModeCreate:
		return nil, mapi.ErrNoSupport // writing comes with the ROPs that change messages
	default:
		return nil, mapi.ErrInvalidParameter
	}
	if !streams(b, tag) {
		return nil, mapi.ErrNoSupport
	}
	values, err := b.Get(ctx, []mapi.PropTag{read})
	if err != nil {
		return nil, err
	}
	s := &Stream{logon: b.Logon(), tag: read}
	v := values[0]
	switch {
	case v.Type() == mapi.PtypErrorCode && v.ErrorCode() == mapi.ErrMemory:
		return s, s.openLarge(ctx, src, tag.Type() == mapi.PtypString8)
	case v.Type() == mapi.PtypErrorCode:
		return nil, v.ErrorCode()
	case tag.Type() == mapi.PtypString8:
		s.data = codepage.Encode(b.CodePage(), v.Str())
	case v.Type() == mapi.PtypString:
		var w wire.Writer
		w.UTF16(v.Str())
		s.data = string(w.Bytes())
	default:
		s.data = v.Str()
	}
	s.size = int64(len(s.data))
	return s, nil
}

// streams reports whether a version opens a property of some kind of object as a stream. None does so for the security
// descriptors that it does not keep: clients ask folders for them to learn that, [MS-OXCPERM] 4.1.
func streams(b Bag, tag mapi.PropTag) bool {
	p := &b.Logon().env.Profile.Property
	switch {
	case tag.ID() == mapi.TagSecurityDescriptorAsXml.ID(), tag.ID() == mapi.TagExchangeNTSecurityDescriptor.ID():
		return false
	case b.Kind() == KindFolder && tag.Type() == mapi.PtypBinary:
		return p.FolderBinaries
	case b.Kind() == KindAttachment && (tag.Type() == mapi.PtypString || tag.Type() == mapi.PtypString8):
		return p.AttachmentStrings
	}
	return true
}

// openLarge opens a value that the store keeps apart. Only a conversion needs all of it at once.
func (s *Stream) openLarge(ctx context.Context, src streamable, eight bool) (err error) {
	if s.bag, err = src.bagID(ctx); err != nil {
		return err
	}
	return s.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		v, err := r.OpenProp(s.bag, s.tag)
		if err != nil {
			return err
		}
		s.size = v.Size()
		if !eight {
			return nil
		}
		b := make([]byte, s.size)
		if n, err := v.ReadAt(b, 0); err != nil && n < len(b) {
			return err
		}
		s.data = codepage.Encode(src.CodePage(), wire.DecodeUTF16(b))
		s.bag, s.size = 0, int64(len(s.data))
		return nil
	})
}

// Kind implements Object.
func (s *Stream) Kind() Kind { return KindStream }

// Close implements Object.
func (s *Stream) Close() { s.data = "" }

// Size returns the stream's size in bytes.
func (s *Stream) Size() int64 { return s.size }

// Read returns up to n bytes from the position on, and moves it.
func (s *Stream) Read(ctx context.Context, n int) ([]byte, error) {
	n = int(min(int64(n), max(0, s.size-s.pos)))
	if n == 0 {
		return nil, nil
	}
	b := make([]byte, n)
	if s.bag == 0 {
		copy(b, s.data[s.pos:])
		s.pos += int64(n)
		return b, nil
	}
	err := s.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		v, err := r.OpenProp(s.bag, s.tag)
		if err != nil {
			return err
		}
		got, err := v.ReadAt(b, s.pos)
		if got > 0 {
			b = b[:got]
			return nil
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	s.pos += int64(len(b))
	return b, nil
}

// Seek moves the position, [MS-OXCPRPT] 2.2.21. It may go beyond the end, but not before the beginning.
func (s *Stream) Seek(origin uint8, offset int64) (int64, error) {
	base := int64(0)
	switch origin {
	case SeekBeginning:
	case SeekCurrent:
		base = s.pos
	case SeekEnd:
		base = s.size
	default:
		return 0, mapi.ErrStreamInvalidParameter
	}
	if offset > maxStreamPosition-base || offset < -base {
		return 0, mapi.ErrStreamSeek
	}
	s.pos = base + offset
	return s.pos, nil
}
