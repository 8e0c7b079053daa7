package emsmdb_test

import (
	"context"
	"testing"

	"go.uber.org/zap"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb"
)

// quiet replaces a world's service by one that logs nothing.
func (w *world) quiet() {
	w.opts.Logger = zap.NewNop()
	w.service = emsmdb.New(w.opts)
}

// BenchmarkConnectAndLogon makes a session, logs on and disconnects.
func BenchmarkConnectAndLogon(b *testing.B) {
	w := newWorld(b)
	w.quiet()
	in := buffer(1, &rop.LogonRequest{LogonFlags: mapi.LogonPrivate, OpenFlags: 0x0100040C, Essdn: aliceDN})
	b.ReportAllocs()
	for b.Loop() {
		id := w.connect(alice, aliceDN).Session
		if _, err := w.service.Execute(context.Background(), alice, executeRequest(id, in)); err != nil {
			b.Fatal(err)
		}
		if err := w.service.Disconnect(context.Background(), alice, id); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkExecute reads three properties of an open folder, headers and all.
func BenchmarkExecute(b *testing.B) {
	w := newWorld(b)
	w.quiet()
	id := w.connect(alice, aliceDN).Session
	table := w.inbox(id, mapi.TagSubject)
	req := executeRequest(id, withHandles(table, &rop.GetPropertiesSpecificRequest{
		In: rop.In{InputHandleIndex: 1}, WantUnicode: 1, PropertyTags: []mapi.PropTag{mapi.TagDisplayName, mapi.TagContentCount, mapi.TagContentUnreadCount},
	}))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.service.Execute(context.Background(), alice, req); err != nil {
			b.Fatal(err)
		}
	}
}
