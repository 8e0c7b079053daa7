package object

import (
	"context"
	"encoding/binary"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/mapid/mapid/internal/codepage"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/store"
)

// readerFunc is a function as io.Reader.
type readerFunc func(p []byte) (int, error)

// Read implements io.Reader.
func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// writerFunc is a function as io.Writer.
type writerFunc func(p []byte) (int, error)

// Write implements io.Writer.
func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// reader reads the size bytes of a value in pieces, each in a View of its own.
func (e *Env) reader(ctx context.Context, size int64, open func(store.Reader) (store.ValueReader, error)) io.Reader {
	var piece, rest []byte
	off := int64(0)
	return readerFunc(func(p []byte) (int, error) {
		if len(rest) == 0 {
			if off >= size {
				return 0, io.EOF
			}
			if piece == nil {
				piece = make([]byte, min(streamWindow, size))
			}
			rest = piece[:min(int64(len(piece)), size-off)]
			if err := e.Store.View(ctx, store.Scope{}, func(r store.Reader) error { return readPart(open, r, rest, off) }); err != nil {
				return 0, err
			}
			off += int64(len(rest))
		}
		n := copy(p, rest)
		rest = rest[n:]
		return n, nil
	})
}

// readPart reads bytes of a value into p; those behind its end are zeros.
func readPart(open func(store.Reader) (store.ValueReader, error), r store.Reader, p []byte, off int64) error {
	v, err := open(r)
	if err != nil {
		return err
	}
	n := int(max(0, min(int64(len(p)), v.Size()-off)))
	clear(p[n:])
	if n == 0 {
		return nil
	}
	if got, err := v.ReadAt(p[:n], off); err != nil && got < n {
		return err
	}
	return nil
}

// valueWriter collects a value: in memory as long as it is short, then in a stage.
type valueWriter struct {
	env   *Env
	buf   []byte // the last bytes, which are not in the stage yet
	stage store.StageID
	size  int64
}

func (e *Env) newValueWriter() *valueWriter { return &valueWriter{env: e} }

// writer writes to the end of the value.
func (w *valueWriter) writer(ctx context.Context) io.Writer {
	return writerFunc(func(p []byte) (int, error) {
		for rest := p; len(rest) > 0; {
			if len(w.buf) == streamWindow {
				if err := w.flush(ctx); err != nil {
					return len(p) - len(rest), err
				}
			}
			n := min(len(rest), streamWindow-len(w.buf))
			w.buf = append(w.buf, rest[:n]...)
			w.size += int64(n)
			rest = rest[n:]
			if w.size > w.env.maxStream() {
				return len(p) - len(rest), w.env.Profile.Property.ShortWrite
			}
		}
		return len(p), nil
	})
}

// flush moves what is in memory to the stage, which is made if there is none.
func (w *valueWriter) flush(ctx context.Context) error {
	at := w.size - int64(len(w.buf))
	err := w.env.updateStages(ctx, func(tx store.Tx) (err error) {
		stage := w.stage
		if stage == 0 {
			if stage, err = tx.NewStage(); err != nil {
				return err
			}
		}
		if err := tx.WriteStage(stage, at, w.buf); err != nil {
			return err
		}
		w.stage = stage
		return nil
	})
	w.buf = w.buf[:0]
	return err
}

// finish moves the whole value to the stage, or drops it if that fails.
func (w *valueWriter) finish(ctx context.Context) error {
	if w.stage != 0 && len(w.buf) == 0 {
		return nil
	}
	err := w.flush(ctx)
	if err != nil {
		w.drop()
	}
	return err
}

// overwrite replaces bytes of the beginning.
func (w *valueWriter) overwrite(ctx context.Context, p []byte) error {
	if w.stage == 0 {
		copy(w.buf, p)
		return nil
	}
	return w.env.updateStages(ctx, func(tx store.Tx) error { return tx.WriteStage(w.stage, 0, p) })
}

// drop forgets the value.
func (w *valueWriter) drop() {
	w.buf = nil
	if w.stage == 0 {
		return
	}
	// What can't be dropped now is gone when the store is opened again.
	_ = w.env.updateStages(context.Background(), func(tx store.Tx) error { return tx.DropStage(w.stage) })
	w.stage = 0
}

// textPiece is how many characters or bytes of text are converted at once.
const textPiece = 16 << 10

// encodeText converts text in UTF-16LE to a code page.
func encodeText(w io.Writer, from io.Reader, page uint32) error {
	return eachText(from, func(text string) error {
		_, err := io.WriteString(w, codepage.Encode(page, text))
		return err
	})
}

// eachText reads text in UTF-16LE and hands it on in pieces of whole characters. Half a unit at the end is dropped.
func eachText(from io.Reader, do func(text string) error) error {
	whole := func(b []byte) int {
		n := len(b) &^ 1
		if n > 0 && utf16.IsSurrogate(rune(binary.LittleEndian.Uint16(b[n-2:]))) && b[n-1] < 0xDC {
			n -= 2 // the second half comes with the next piece
		}
		return n
	}
	return eachPiece(from, 2*textPiece, whole, func(b []byte) error {
		if len(b) < 2 {
			return nil
		}
		return do(wire.DecodeUTF16(b[:len(b)&^1]))
	})
}

// eachPiece reads pieces of up to size bytes and hands on as much of each as is whole; the rest comes with the next one.
// The last piece is whole in any case.
func eachPiece(from io.Reader, size int, whole func(b []byte) int, do func(b []byte) error) error {
	buf := make([]byte, size)
	kept := 0
	for {
		n, err := io.ReadFull(from, buf[kept:])
		n += kept
		last := err == io.EOF || err == io.ErrUnexpectedEOF
		if err != nil && !last {
			return err
		}
		use := n
		if !last {
			use = whole(buf[:n])
		}
		if err := do(buf[:use]); err != nil || last {
			return err
		}
		kept = copy(buf, buf[use:n])
	}
}

// decodeText converts text of a code page to UTF-16LE.
func decodeText(w io.Writer, from io.Reader, page uint32) error {
	return writeUTF16(w, codepage.NewReader(page, from))
}

// writeUTF16 converts text in UTF-8 to UTF-16LE.
func writeUTF16(w io.Writer, from io.Reader) error {
	var out wire.Writer
	return eachPiece(from, textPiece, wholeRunes, func(b []byte) error {
		out.Buf = out.Buf[:0]
		out.UTF16(string(b))
		_, err := w.Write(out.Buf)
		return err
	})
}

// wholeRunes returns how many bytes of UTF-8 end with a whole character.
func wholeRunes(b []byte) int {
	for back := 1; back < utf8.UTFMax && back <= len(b); back++ {
		if utf8.RuneStart(b[len(b)-back]) {
			if !utf8.FullRune(b[len(b)-back:]) {
				return len(b) - back
			}
			break
		}
	}
	return len(b)
}
