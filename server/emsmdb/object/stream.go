package object

import (
	"context"

	"github.com/mapid/mapid/internal/mapi"
)

// Origins of RopSeekStream, [MS-OXCPRPT] 2.2.21.1.
const (
	SeekBeginning uint8 = 0
	SeekCurrent   uint8 = 1
	SeekEnd       uint8 = 2
)

// maxStream is the largest size of a stream in bytes, [MS-OXCPRPT] 2.2.20.1.
const maxStream = 1 << 31

// Stream is a property opened as a stream, [MS-OXCPRPT] 3.2.5.11. Its bytes are those of the property's type: UTF-16LE
// or 8-bit text without a terminator, or the bytes of a binary. What is written stays in the stream until it is settled
// into the property; see content.settle.
type Stream struct {
	*content
	pos int64
}

// OpenStream opens a string or binary property of an object, [MS-OXCPRPT] 3.2.5.11.
func OpenStream(ctx context.Context, b Bag, tag mapi.PropTag, mode uint8) (*Stream, error) {
	if mode > mapi.OpenModeBestAccess {
		return nil, mapi.ErrInvalidParameter
	}
	obj, ok := b.(Editable)
	if !ok || !streams(b, tag) {
		return nil, mapi.ErrNoSupport
	}
	if f, ok := b.(*Folder); ok {
		if _, err := f.seen(ctx); err != nil {
			return nil, err
		}
	}
	writable := false
	if mode != mapi.OpenModeReadOnly {
		err := streamWritable(ctx, obj, tag)
		if err != nil && mode != mapi.OpenModeBestAccess {
			return nil, err
		}
		writable = err == nil
	}
	c := newContent(obj, tag, writable)
	begin := c.fill
	if mode == mapi.OpenModeCreate {
		begin = c.create
	}
	if err := begin(ctx); err != nil {
		c.discard()
		return nil, err
	}
	return &Stream{content: c}, nil
}

// streams reports whether a version opens a property of some kind of object as a stream, [MS-OXCPRPT] 2.2.14. None does
// so for the security descriptors that it does not keep: clients ask folders for them to learn that, [MS-OXCPERM] 4.1.
func streams(b Bag, tag mapi.PropTag) bool {
	switch tag.Type() {
	case mapi.PtypBinary, mapi.PtypString, mapi.PtypString8, mapi.PtypObject:
	default:
		return false
	}
	p := &b.Logon().env.Profile.Property
	switch {
	case b.Kind()&(KindFolder|KindMessage|KindAttachment) == 0:
		return false
	case tag.ID() == mapi.TagSecurityDescriptorAsXml.ID(), tag.ID() == mapi.TagExchangeNTSecurityDescriptor.ID():
		return false
	case b.Kind() == KindFolder:
		return tag.Type() == mapi.PtypBinary && (p.FolderBinaries || folderRefusal(tag) == mapi.Success)
	case b.Kind() == KindAttachment && (tag.Type() == mapi.PtypString || tag.Type() == mapi.PtypString8):
		return p.AttachmentStrings
	}
	return true
}

// streamWritable decides whether a property may be opened for writing.
func streamWritable(ctx context.Context, obj Editable, tag mapi.PropTag) error {
	if obj.Kind() == KindFolder && obj.Logon().Public() && !obj.Logon().env.Profile.Property.PublicFolders {
		return mapi.ErrNoSupport
	}
	return writable(ctx, obj, tag)
}

// Kind implements Object.
func (s *Stream) Kind() Kind { return KindStream }

// Close implements Object. What was not settled is lost; see Release.
func (s *Stream) Close() {
	if s.refs--; s.refs == 0 {
		s.discard()
	}
}

// Release settles the stream before it is closed, as RopRelease demands for folders, [MS-OXCPRPT] 3.2.5.13. A value
// that can't be settled is lost: RopRelease has no response to tell it in.
func (s *Stream) Release(ctx context.Context) {
	if s.refs == 1 {
		_ = s.settle(ctx)
	}
}

// OfFolder reports whether the property is one of a folder.
func (s *Stream) OfFolder() bool { return s.obj.Kind() == KindFolder }

// Size returns the stream's size in bytes.
func (s *Stream) Size() int64 { return s.size }

// Read returns up to n bytes from the position on, and moves it.
func (s *Stream) Read(ctx context.Context, n int) ([]byte, error) {
	n = int(min(int64(n), max(0, s.size-s.pos)))
	if n == 0 {
		return nil, nil
	}
	if err := s.locked(ctx, s.pos, int64(n), false); err != nil {
		return nil, err
	}
	b := make([]byte, n)
	if err := s.readAt(ctx, b, s.pos); err != nil {
		return nil, err
	}
	s.pos += int64(n)
	return b, nil
}

// Write writes at the position and moves it, [MS-OXCPRPT] 3.2.5.13. It writes all or nothing.
func (s *Stream) Write(ctx context.Context, b []byte) (int, error) {
	if !s.writable {
		return 0, mapi.ErrStreamAccessDenied
	}
	if s.pos+int64(len(b)) > s.limit() {
		return 0, s.logon.env.Profile.Property.ShortWrite
	}
	if err := s.locked(ctx, s.pos, int64(len(b)), true); err != nil {
		return 0, err
	}
	if err := s.writeAt(ctx, b, s.pos); err != nil {
		return 0, err
	}
	s.pos += int64(len(b))
	return len(b), nil
}

// SetSize cuts the stream off or fills it up with zeros, [MS-OXCPRPT] 3.2.5.17. The position stays.
func (s *Stream) SetSize(ctx context.Context, size uint64) error {
	if !s.writable {
		return mapi.ErrStreamAccessDenied
	}
	if size > uint64(s.limit()) {
		return s.logon.env.Profile.Property.ShortWrite
	}
	to := int64(size)
	if err := s.locked(ctx, min(to, s.size), max(to, s.size)-min(to, s.size), true); err != nil {
		return err
	}
	return s.resize(ctx, to)
}

// Seek moves the position, [MS-OXCPRPT] 3.2.5.18. Beyond the end it fills a stream that can be written up with zeros; it
// can't go before the beginning.
func (s *Stream) Seek(ctx context.Context, origin uint8, offset int64) (int64, error) {
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
	if offset > maxStream-base || offset < -base {
		return 0, mapi.ErrStreamSeek
	}
	to := base + offset
	if s.writable && to > s.size {
		if to > s.limit() {
			return 0, mapi.ErrStreamSeek
		}
		if err := s.resize(ctx, to); err != nil {
			return 0, err
		}
	}
	s.pos = to
	return to, nil
}

// Clone returns a second stream over the same bytes with a position of its own, which starts where this one's is,
// [MS-OXCPRPT] 3.2.5.24.
func (s *Stream) Clone() *Stream {
	s.refs++
	return &Stream{content: s.content, pos: s.pos}
}

// Commit makes what was written the value of the property, [MS-OXCPRPT] 3.2.5.15: of a folder for all to see, elsewhere
// of the open object.
func (s *Stream) Commit(ctx context.Context) error { return s.settle(ctx) }

// CopyTo copies up to n bytes from this stream's position to another's, and moves both, [MS-OXCPRPT] 3.2.5.19.
func (s *Stream) CopyTo(ctx context.Context, to *Stream, n uint64) (read, written uint64, err error) {
	if !to.writable {
		return 0, 0, mapi.ErrStreamAccessDenied
	}
	left := min(n, uint64(max(0, s.size-s.pos)))
	if room := uint64(max(0, to.limit()-to.pos)); left > room {
		return 0, 0, to.logon.env.Profile.Property.ShortWrite
	}
	for left > 0 {
		if err := ctx.Err(); err != nil {
			return read, written, err
		}
		b, err := s.Read(ctx, int(min(left, streamWindow)))
		if err != nil {
			return read, written, err
		}
		read += uint64(len(b))
		if _, err := to.Write(ctx, b); err != nil {
			return read, written, err
		}
		written += uint64(len(b))
		left -= uint64(len(b))
	}
	return read, written, nil
}

// propertyOf is the property that a stream's value is stored under: objects are stored as their bytes.
func propertyOf(tag mapi.PropTag) mapi.PropTag {
	switch tag.Type() {
	case mapi.PtypString8:
		return tag.WithType(mapi.PtypString)
	case mapi.PtypObject:
		return tag.WithType(mapi.PtypBinary)
	}
	return tag
}
