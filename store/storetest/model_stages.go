package storetest

import (
	"bytes"
	"slices"

	"pgregory.net/rapid"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/store"
)

// stageIDs are the values that are being written, in ascending order.
func (r *modelRun) stageIDs() []store.StageID {
	ids := make([]store.StageID, 0, len(r.stages))
	for id := range r.stages {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

func (r *modelRun) drawStage(rt *rapid.T) store.StageID {
	if len(r.stages) == 0 {
		rt.Skip("no stage yet")
	}
	return rapid.SampledFrom(r.stageIDs()).Draw(rt, "stage")
}

// drawPlace draws a place in a value, or a size: mostly near the bounds of pieces.
func drawPlace(rt *rapid.T) int64 {
	return max(0, rapid.SampledFrom([]int64{0, 100, 32768, 65536, 131072, 196608}).Draw(rt, "bound")+rapid.Int64Range(-2, 2).Draw(rt, "beside"))
}

func (r *modelRun) newStage(rt *rapid.T) {
	if len(r.stages) >= 4 {
		return
	}
	data := []byte(drawText(rt))
	var id store.StageID
	r.do(rt, func(tx store.Tx) (err error) {
		if id, err = tx.NewStage(); err != nil {
			return err
		}
		return tx.WriteStage(id, 0, data)
	}, func() { r.stages[id] = data })
}

func (r *modelRun) writeStage(rt *rapid.T) {
	id, off := r.drawStage(rt), drawPlace(rt)
	data := bytes.Repeat([]byte{rapid.Byte().Draw(rt, "byte")}, int(drawPlace(rt)))
	r.do(rt, func(tx store.Tx) error { return tx.WriteStage(id, off, data) }, func() {
		r.stages[id] = overwrite(bytes.Clone(r.stages[id]), off, data)
	})
}

func (r *modelRun) resizeStage(rt *rapid.T) {
	id, size := r.drawStage(rt), drawPlace(rt)
	r.do(rt, func(tx store.Tx) error { return tx.ResizeStage(id, size) }, func() {
		data := make([]byte, size)
		copy(data, r.stages[id])
		r.stages[id] = data
	})
}

func (r *modelRun) copyStage(rt *rapid.T) {
	from := r.drawStage(rt)
	var id store.StageID
	r.do(rt, func(tx store.Tx) (err error) { id, err = tx.StageCopy(from); return err }, func() { r.stages[id] = r.stages[from] })
}

func (r *modelRun) stageProp(rt *rapid.T) {
	m := r.messages[r.drawMessage(rt)]
	tag := rapid.SampledFrom([]mapi.PropTag{mapi.TagBody, mapi.TagHtml, mapi.TagSubject}).Draw(rt, "tag")
	p, ok := m.props[tag.ID()]
	var want error
	if !ok {
		want = store.ErrNotFound
	}
	var id store.StageID
	r.do(rt, func(tx store.Tx) (err error) {
		id, err = tx.StageProp(m.Bag, tag)
		return expect("StageProp", err, want)
	}, func() {
		r.stages[id] = streamOf(p.Value)
	})
}

func (r *modelRun) dropStage(rt *rapid.T) {
	id := r.drawStage(rt)
	r.do(rt, func(tx store.Tx) error { return tx.DropStage(id) }, func() { delete(r.stages, id) })
}
