package storetest

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

func testStages(t *testing.T, open Open) {
	t.Run("Written", func(t *testing.T) { testStagesWritten(t, open) })
	t.Run("Resized", func(t *testing.T) { testStagesResized(t, open) })
	t.Run("Limits", func(t *testing.T) { testStagesLimits(t, open) })
	t.Run("Huge", func(t *testing.T) { testStagesHuge(t, open) })
	t.Run("Gone", func(t *testing.T) { testStagesGone(t, open) })
	t.Run("OfProperty", func(t *testing.T) { testStagesOfProperty(t, open) })
	t.Run("Copied", func(t *testing.T) { testStagesCopied(t, open) })
	t.Run("Adopted", func(t *testing.T) { testStagesAdopted(t, open) })
	t.Run("AdoptedOddString", func(t *testing.T) { testStagesAdoptedOddString(t, open) })
	t.Run("AdoptedEverywhere", func(t *testing.T) { testStagesAdoptedEverywhere(t, open) })
	t.Run("Refused", func(t *testing.T) { testStagesRefused(t, open) })
	t.Run("RolledBack", func(t *testing.T) { testStagesRolledBack(t, open) })
	t.Run("Silent", func(t *testing.T) {
		f := newFixture(t, open)
		rec := record(t, f.s)
		id := f.stage([]byte("x"))
		f.staging(func(tx store.Tx) error { return tx.DropStage(id) })
		f.same("changes", rec.take(), []store.Change(nil))
	})
}

// staging runs fn in an update that has no scope.
func (f *fixture) staging(fn func(store.Tx) error) {
	f.Helper()
	f.update(store.Scope{}, fn)
}

// stage writes a new value.
func (f *fixture) stage(data []byte) (id store.StageID) {
	f.Helper()
	f.staging(func(tx store.Tx) (err error) {
		if id, err = tx.NewStage(); err != nil {
			return err
		}
		return tx.WriteStage(id, 0, data)
	})
	return id
}

// staged reads a value that is being written.
func (f *fixture) staged(id store.StageID) (data []byte) {
	f.Helper()
	f.read(func(r store.Reader) error {
		v, err := r.OpenStage(id)
		if err != nil {
			return err
		}
		data, err = readValue(v)
		return err
	})
	return data
}

func readValue(v store.ValueReader) ([]byte, error) {
	return io.ReadAll(io.NewSectionReader(v, 0, v.Size()))
}

// opened reads a property of a bag.
func (f *fixture) opened(bag store.BagID, tag mapi.PropTag) (data []byte) {
	f.Helper()
	f.read(func(r store.Reader) error {
		v, err := r.OpenProp(bag, tag)
		if err != nil {
			return err
		}
		data, err = readValue(v)
		return err
	})
	return data
}

// equal compares bytes without printing them all.
func (f *fixture) equal(what string, got, want []byte) {
	f.Helper()
	if !bytes.Equal(got, want) {
		i := 0
		for i < min(len(got), len(want)) && got[i] == want[i] {
			i++
		}
		f.Fatalf("%s: %d bytes, want %d; they differ from byte %d on", what, len(got), len(want), i)
	}
}

// overwrite puts data into b at off, as a stage should.
func overwrite(b []byte, off int64, data []byte) []byte {
	if grown := int(off) + len(data); len(data) > 0 && grown > len(b) {
		b = append(b, make([]byte, grown-len(b))...)
	}
	copy(b[min(off, int64(len(b))):], data)
	return b
}

func testStagesWritten(t *testing.T, open Open) {
	f := newFixture(t, open)
	id := f.stage(nil)
	f.equal("empty", f.staged(id), nil)
	var want []byte
	for i, c := range []struct {
		off int64
		n   int
	}{
		{0, 10}, {10, 10}, {5, 2}, {100, 1}, {65530, 12}, {65536, 65536}, {200_000, 300_000}, {65535, 2}, {131_071, 100_000}, {0, 65536}, {500_000, 24_288},
		{524_288, 1}, {786_432, 65536}, {700_000, 0}, {999_999, 0}, {3, 500_000},
	} {
		data := bytes.Repeat([]byte{byte(i + 1)}, c.n)
		f.staging(func(tx store.Tx) error { return tx.WriteStage(id, c.off, data) })
		want = overwrite(want, c.off, data)
		f.equal("after a write", f.staged(id), want)
	}
	f.staging(func(tx store.Tx) error { // a transaction reads its own writes
		if err := tx.WriteStage(id, 1, []byte("own")); err != nil {
			return err
		}
		v, err := tx.OpenStage(id)
		if err != nil {
			return err
		}
		p := make([]byte, 3)
		_, err = v.ReadAt(p, 1)
		f.equal("inside", p, []byte("own"))
		return err
	})
	f.check()
}

func testStagesResized(t *testing.T, open Open) {
	f := newFixture(t, open)
	want := []byte(long(300_000))
	id := f.stage(want)
	for _, size := range []int64{300_000, 299_999, 262_144, 262_143, 300_000, 65_537, 65_536, 200_000, 7, 40_000, 0, 131_072, 131_071, 131_073, 0, 0, 5} {
		f.staging(func(tx store.Tx) error { return tx.ResizeStage(id, size) })
		if size < int64(len(want)) {
			want = want[:size:size]
		}
		want = append(want, make([]byte, size-int64(len(want)))...)
		f.equal("after a change of size", f.staged(id), want)
	}
	f.staging(func(tx store.Tx) error { return tx.WriteStage(id, 3, []byte("abc")) })
	f.equal("written again", f.staged(id), []byte("\x00\x00\x00abc"))
	f.check()
}

func testStagesLimits(t *testing.T, open Open) {
	f := newFixture(t, open)
	id := f.stage([]byte("abc"))
	for name, c := range map[string]struct {
		fn   func(store.Tx) error
		want error
	}{
		"WriteBefore":   {func(tx store.Tx) error { return tx.WriteStage(id, -1, []byte{1}) }, store.ErrDenied},
		"WriteBeyond":   {func(tx store.Tx) error { return tx.WriteStage(id, store.MaxStage, []byte{1}) }, store.ErrQuota},
		"WriteFarAway":  {func(tx store.Tx) error { return tx.WriteStage(id, 1<<62, []byte{1}) }, store.ErrQuota},
		"ResizeBefore":  {func(tx store.Tx) error { return tx.ResizeStage(id, -1) }, store.ErrDenied},
		"ResizeBeyond":  {func(tx store.Tx) error { return tx.ResizeStage(id, store.MaxStage+1) }, store.ErrQuota},
		"NothingBeyond": {func(tx store.Tx) error { return tx.WriteStage(id, store.MaxStage+1, nil) }, nil},
	} {
		if err := f.s.Update(t.Context(), store.Scope{}, c.fn); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	f.equal("afterwards", f.staged(id), []byte("abc"))
}

// testStagesHuge makes a value of the largest size, which is zeros but for its ends.
func testStagesHuge(t *testing.T, open Open) {
	f := newFixture(t, open)
	id := f.stage([]byte("begin"))
	f.staging(func(tx store.Tx) error { return tx.WriteStage(id, store.MaxStage-3, []byte("end")) })
	look := func(v store.ValueReader) {
		t.Helper()
		f.same("size", v.Size(), int64(store.MaxStage))
		for off, want := range map[int64]string{0: "begin\x00", 1 << 30: "\x00\x00\x00", store.MaxStage - 5: "\x00\x00end"} {
			p := make([]byte, len(want))
			if _, err := v.ReadAt(p, off); err != nil {
				t.Fatal(err)
			}
			f.equal("a part", p, []byte(want))
		}
	}
	f.read(func(r store.Reader) error {
		v, err := r.OpenStage(id)
		if err == nil {
			look(v)
		}
		return err
	})
	m := f.message()
	saved := f.save(m.ID, edit(store.Edit{Staged: []store.Staged{{Tag: mapi.TagHtml, Stage: id}}}))
	f.same("size of the message", saved.Size > store.MaxStage, true)
	f.read(func(r store.Reader) error {
		v, err := r.OpenProp(m.Bag, mapi.TagHtml)
		if err == nil {
			look(v)
		}
		return err
	})
	rows := f.scan(store.Selection{Folder: f.inbox}, mapi.TagHtml)
	f.equal("in a row", rows[0].Values[0].Bytes(), append([]byte("begin"), make([]byte, store.RowValueLimit-5)...))
}

func testStagesGone(t *testing.T, open Open) {
	f := newFixture(t, open)
	id, other := f.stage([]byte("a")), f.stage([]byte("b"))
	f.staging(func(tx store.Tx) error { return tx.DropStage(id, 4711, id) })
	for _, gone := range []store.StageID{id, 4711} {
		f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.OpenStage(gone); return err })
		f.refuse(store.ErrNotFound, func(tx store.Tx) error { return tx.WriteStage(gone, 0, []byte{1}) })
		f.refuse(store.ErrNotFound, func(tx store.Tx) error { return tx.ResizeStage(gone, 1) })
		f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.StageCopy(gone); return err })
	}
	f.equal("the other", f.staged(other), []byte("b"))
	f.staging(func(tx store.Tx) error { return tx.DropStage() })
	f.check()
}

func testStagesOfProperty(t *testing.T, open Open) {
	f := newFixture(t, open)
	for _, v := range []prop.Value{
		prop.String("aü🎉"), prop.String(long(150_000)), prop.Binary(nil), prop.BinaryString(long(150_000)), prop.String8("x"),
	} {
		tag := mapi.Tag(0x6800, v.Type())
		m := f.message(tagged(tag, v))
		want := f.opened(m.Bag, tag)
		var id store.StageID
		f.staging(func(tx store.Tx) (err error) { id, err = tx.StageProp(m.Bag, tag); return err })
		f.equal("staged", f.staged(id), want)
		f.staging(func(tx store.Tx) error { return tx.WriteStage(id, 70_000, []byte("!")) })
		f.equal("written to", f.staged(id), overwrite(bytes.Clone(want), 70_000, []byte("!")))
		f.equal("the property", f.opened(m.Bag, tag), want)
		f.check()
	}
	m := f.message(tagged(0x68000003, prop.Int32(1)))
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.StageProp(m.Bag, mapi.TagBody); return err })
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.StageProp(4711, mapi.TagBody); return err })
	f.refuse(store.ErrDenied, func(tx store.Tx) error { _, err := tx.StageProp(m.Bag, 0x68000003); return err })
}

// testStagesCopied makes copies of a stage and of a property, which must not see what becomes of each other.
func testStagesCopied(t *testing.T, open Open) {
	f := newFixture(t, open)
	data := []byte(long(150_000))
	m := f.message(tagged(mapi.TagHtml, prop.Binary(data)))
	var first, second, third store.StageID
	f.staging(func(tx store.Tx) (err error) {
		if first, err = tx.StageProp(m.Bag, mapi.TagHtml); err != nil {
			return err
		}
		if second, err = tx.StageCopy(first); err != nil {
			return err
		}
		third, err = tx.StageCopy(second)
		return err
	})
	f.staging(func(tx store.Tx) error { return tx.WriteStage(second, 0, []byte("2")) })
	f.staging(func(tx store.Tx) error { return tx.ResizeStage(third, 10) })
	f.save(m.ID, edit(store.Edit{Remove: []mapi.PropTag{mapi.TagHtml}}))
	f.equal("first", f.staged(first), data)
	f.equal("second", f.staged(second), overwrite(bytes.Clone(data), 0, []byte("2")))
	f.equal("third", f.staged(third), data[:10])
	f.staging(func(tx store.Tx) error { return tx.ResizeStage(first, 0) })
	f.equal("first", f.staged(first), nil)
	f.check()
}

// testStagesAdopted stages values of many sizes and types, which must read as if they had been set.
func testStagesAdopted(t *testing.T, open Open) {
	f := newFixture(t, open)
	for _, v := range []prop.Value{
		prop.String(""), prop.String("aü🎉\x00"), prop.String(long(store.LargeValue / 2)), prop.String(long(150_000)), prop.String8("a\xFC"), prop.String8(long(65_537)),
		prop.Binary(nil), prop.Binary([]byte{0, 1}), prop.BinaryString(long(store.LargeValue)), prop.BinaryString(long(store.LargeValue + 1)), prop.BinaryString(long(1 << 20)),
	} {
		tag := mapi.Tag(0x6800, v.Type())
		set, staged := f.message(tagged(tag, v)), f.message(tagged(0x6800001F, prop.String(long(99_000))))
		id := f.stage(f.opened(set.Bag, tag))
		saved := f.save(staged.ID, edit(store.Edit{Staged: []store.Staged{{Tag: tag, Stage: id}}}))
		f.read(func(r store.Reader) error {
			want, err := r.Props(set.Bag, tag)
			if err != nil {
				return err
			}
			got, err := r.Props(staged.Bag, tag)
			f.same("property", got, want)
			return err
		})
		f.equal("stream", f.opened(staged.Bag, tag), f.opened(set.Bag, tag))
		f.same("size", saved.Size, set.Size)
		f.refuse(store.ErrNotFound, func(tx store.Tx) error { return tx.WriteStage(id, 0, []byte{1}) })
		f.check()
	}
}

func testStagesAdoptedOddString(t *testing.T, open Open) {
	f := newFixture(t, open)
	m := f.message()
	for _, n := range []int{2, 50_000} {
		units := bytes.Repeat([]byte{'x', 0}, n)
		id := f.stage(append(bytes.Clone(units), 'y'))
		f.save(m.ID, edit(store.Edit{Staged: []store.Staged{{Tag: mapi.TagBody, Stage: id}}}))
		f.equal("body", f.opened(m.Bag, mapi.TagBody), units)
		var again store.StageID
		f.staging(func(tx store.Tx) (err error) {
			if again, err = tx.StageProp(m.Bag, mapi.TagBody); err != nil {
				return err
			}
			return tx.ResizeStage(again, int64(len(units)+2))
		})
		f.equal("grown", f.staged(again), append(bytes.Clone(units), 0, 0))
		f.check()
	}
}

// testStagesAdoptedEverywhere gives one staged value to a new message, its attachment, and the message in that.
func testStagesAdoptedEverywhere(t *testing.T, open Open) {
	f := newFixture(t, open)
	data := []byte(long(100_000))
	first := f.stage(data)
	var second, third store.StageID
	f.staging(func(tx store.Tx) (err error) {
		if second, err = tx.StageCopy(first); err != nil {
			return err
		}
		third, err = tx.StageCopy(first)
		return err
	})
	of := func(id store.StageID) store.Edit {
		return store.Edit{Staged: []store.Staged{{Tag: mapi.TagAttachDataBinary, Stage: id}}}
	}
	m := f.create(store.NewMessage{Folder: f.inbox, Edit: &store.ContentEdit{Edit: of(first), Attachments: []store.AttachmentEdit{
		{Number: 4, Method: mapi.AfEmbeddedMessage, Edit: of(second), Embedded: &store.ContentEdit{Edit: of(third)}},
	}}})
	list, _ := f.attachments(m.Bag)
	for _, bag := range []store.BagID{m.Bag, list[0].Bag, list[0].Embedded} {
		f.equal("value", f.opened(bag, mapi.TagAttachDataBinary), data)
	}
	f.check()
	f.save(m.ID, store.MessageEdit{ContentEdit: store.ContentEdit{
		Edit: store.Edit{Remove: []mapi.PropTag{mapi.TagAttachDataBinary}}, Attachments: []store.AttachmentEdit{{Number: 4, RemoveEmbedded: true}},
	}})
	f.equal("the one that is left", f.opened(list[0].Bag, mapi.TagAttachDataBinary), data)
	f.save(m.ID, attach(store.AttachmentEdit{Number: 4, Delete: true}))
}

func testStagesRefused(t *testing.T, open Open) {
	f := newFixture(t, open)
	m := f.message()
	id := f.stage([]byte("abcd"))
	save := func(staged ...store.Staged) func(store.Tx) error {
		return func(tx store.Tx) error { _, err := tx.SaveMessage(m.ID, edit(store.Edit{Staged: staged})); return err }
	}
	f.refuse(store.ErrDenied, save(store.Staged{Tag: mapi.TagImportance, Stage: id}))
	f.refuse(store.ErrDenied, save(store.Staged{Tag: 0x0000001F, Stage: id}))
	f.refuse(store.ErrDenied, save(store.Staged{Tag: 0x3701000D, Stage: id}))
	f.refuse(store.ErrNotFound, save(store.Staged{Tag: mapi.TagBody, Stage: 4711}))
	f.refuse(store.ErrNotFound, save(store.Staged{Tag: mapi.TagBody, Stage: id}, store.Staged{Tag: mapi.TagComment, Stage: id}))
	f.equal("the value after refusals", f.staged(id), []byte("abcd"))
	f.same("the message after refusals", f.stored(m.ID), m)
}

func testStagesRolledBack(t *testing.T, open Open) {
	f := newFixture(t, open)
	data := []byte(long(100_000))
	id := f.stage(data)
	m := f.message()
	f.refuse(errStop, func(tx store.Tx) error {
		for _, err := range []error{
			tx.WriteStage(id, 5, []byte(long(200_000))), tx.ResizeStage(id, 3), tx.ResizeStage(id, 0),
		} {
			if err != nil {
				return err
			}
		}
		if _, err := tx.SaveMessage(m.ID, edit(store.Edit{Staged: []store.Staged{{Tag: mapi.TagHtml, Stage: id}}})); err != nil {
			return err
		}
		return errStop
	})
	f.equal("the value", f.staged(id), data)
	var lost store.StageID
	f.refuse(errStop, func(tx store.Tx) (err error) {
		if lost, err = tx.NewStage(); err != nil {
			return err
		}
		return errors.Join(tx.DropStage(id), errStop)
	})
	f.equal("the value", f.staged(id), data)
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.OpenStage(lost); return err })
	f.check()
}
