package rop_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
)

// vector is a message that our Encode did not make: printed in a specification, seen on a wire, or put together by hand
// from the table of its section.
type vector struct {
	source  string
	hex     string
	req     rop.Request  // one of the two
	resp    rop.Response // is not nil
	columns []mapi.PropTag
	// encodesAs is set where the bytes are legal but not those that we send.
	encodesAs string
}

func (v vector) message() rop.Message {
	if v.req != nil {
		return v.req
	}
	return v.resp
}

var vectors = slices.Concat(storeVectors, folderVectors, tableVectors, messageVectors, transportVectors, propertyVectors,
	streamVectors, accessVectors, syncVectors, notificationVectors)

func TestVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectors {
		t.Run(v.message().RopID().String()+"/"+v.source, func(t *testing.T) {
			t.Parallel()
			want := v.message()
			b := unhex(t, v.hex)
			d := rop.NewDecoder(b)
			d.PublicLogon, d.Columns = isPublic, v.columns
			got := newLike(want)
			got.Decode(d)
			if d.Err() != nil || d.Len() != 0 {
				t.Fatalf("%v, %d bytes left", d.Err(), d.Len())
			}
			if diff := cmp.Diff(want, got, equal); diff != "" {
				t.Error("decoded:", diff)
			}
			if v.encodesAs != "" {
				b = unhex(t, v.encodesAs)
			}
			if diff := cmp.Diff(b, encode(want)); diff != "" {
				t.Error("encoded:", diff)
			}
		})
	}
}

func TestEveryMessageHasAVector(t *testing.T) {
	t.Parallel()
	type key struct {
		id  rop.ID
		req bool
	}
	have := map[key]bool{}
	for _, v := range vectors {
		// A failure says nothing of what a response looks like, unless that is all there is to it.
		if v.resp != nil && v.resp.Head() != nil && v.resp.Head().ReturnValue != 0 {
			continue
		}
		have[key{v.message().RopID(), v.req != nil}] = true
	}
	for _, c := range rop.Codecs {
		if c.NewRequest != nil && !have[key{c.ID, true}] {
			t.Errorf("%s has no vector of a request", c.Name)
		}
		if c.NewResponse != nil && !have[key{c.ID, false}] {
			t.Errorf("%s has no vector of a successful response", c.Name)
		}
	}
}

// Shorthands for headers.

func in(logon, input uint8) rop.In { return rop.In{LogonID: logon, InputHandleIndex: input} }

func inOut(logon, input, output uint8) rop.InOut {
	return rop.InOut{LogonID: logon, InputHandleIndex: input, OutputHandleIndex: output}
}

func srcDst(logon, src, dst uint8) rop.SrcDst {
	return rop.SrcDst{LogonID: logon, SourceHandleIndex: src, DestHandleIndex: dst}
}

func respIn(logon, resp, input uint8) rop.RespIn {
	return rop.RespIn{LogonID: logon, ResponseHandleIndex: resp, InputHandleIndex: input}
}

func ok(index uint8) rop.ResponseHead { return rop.ResponseHead{HandleIndex: index} }

func fail(index uint8, code mapi.ErrorCode) rop.ResponseHead {
	return rop.ResponseHead{HandleIndex: index, ReturnValue: code}
}

// oid is an id of replica 1, as most examples have it.
func oid(counter uint64) mapi.ID { return mapi.NewID(1, counter) }
