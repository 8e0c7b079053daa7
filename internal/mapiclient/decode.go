package mapiclient

import (
	"fmt"
	"io"
	"maps"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
)

// replyDecoder matches the responses of one Execute with its requests, since responses with rows read only with the
// columns that a request or an earlier call chose.
type replyDecoder struct {
	reply   *Reply
	pending []rop.Request          // not answered yet
	last    rop.Request            // answered last: what a chained payload goes on with
	columns map[int][]mapi.PropTag // by index into the handle table
}

func (s *Session) decode(reply *Reply, reqs []rop.Request, handles []uint32) error {
	d := replyDecoder{reply: reply, pending: reqs, columns: map[int][]mapi.PropTag{}}
	for i, h := range handles {
		if c, ok := s.columns[h]; ok {
			d.columns[i] = c
		}
	}
	for _, p := range reply.Payloads {
		b, err := rop.ParseBuffer(p.Bytes)
		if err != nil {
			return err
		}
		reply.Handles = b.Handles
		if err := d.list(b.ROPs); err != nil {
			return err
		}
	}
	d.skipReleases()
	s.remember(&d, reqs, handles)
	return nil
}

// remember keeps the columns of the objects behind handles for later calls.
func (s *Session) remember(d *replyDecoder, reqs []rop.Request, handles []uint32) {
	for i, h := range d.reply.Handles {
		if c, ok := d.columns[i]; ok {
			s.columns[h] = c
		}
	}
	for _, req := range reqs {
		if i := req.Header().Input; req.RopID() == rop.Release && i < len(handles) {
			delete(s.columns, handles[i])
		}
	}
	maps.DeleteFunc(s.columns, func(h uint32, c []mapi.PropTag) bool { return h == rop.NoHandle || c == nil })
}

func (d *replyDecoder) list(list []byte) error {
	responses := rop.NewResponses(list)
	for {
		id, index, ok := responses.Peek()
		if !ok {
			return nil
		}
		var columns []mapi.PropTag
		var req rop.Request
		if !unsolicited(id) {
			if req = d.answered(id, index); req == nil {
				return fmt.Errorf("%v at index %d: %w", id, index, ErrUnexpected)
			}
			columns = d.columnsFor(req)
		}
		resp, err := responses.Next(columns)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		switch resp := resp.(type) {
		case *rop.NotifyResponse:
			d.reply.Notifications = append(d.reply.Notifications, resp)
		case *rop.PendingResponse:
			d.reply.Pending = true
		default:
			d.reply.Responses = append(d.reply.Responses, resp)
		}
		if req != nil && resp.Head().ReturnValue == 0 {
			d.learn(req, resp)
		}
	}
}

// unsolicited reports whether a response stands in the list without answering a request.
func unsolicited(id rop.ID) bool {
	return id == rop.Notify || id == rop.Pending || id == rop.BufferTooSmall || id == rop.Backoff
}

func (d *replyDecoder) skipReleases() {
	for len(d.pending) > 0 && d.pending[0].RopID() == rop.Release {
		d.pending = d.pending[1:]
	}
}

// answered returns the request that a response answers: the next one, or the last one again in a chained payload. While
// an operation goes on, RopProgress answers in its place.
func (d *replyDecoder) answered(id rop.ID, index uint8) rop.Request {
	d.skipReleases()
	if len(d.pending) > 0 {
		req := d.pending[0]
		if (id == req.RopID() || id == rop.Progress) && int(index) == req.Header().Response {
			d.pending, d.last = d.pending[1:], req
			return req
		}
		return nil
	}
	if d.last != nil && d.last.RopID() == id && int(index) == d.last.Header().Response {
		return d.last
	}
	return nil
}

// columnsFor returns the columns of the rows in the response to req, nil if they are not known.
func (d *replyDecoder) columnsFor(req rop.Request) []mapi.PropTag {
	if get, ok := req.(*rop.GetPropertiesSpecificRequest); ok {
		return append([]mapi.PropTag{}, get.PropertyTags...)
	}
	return d.columns[req.Header().Input]
}

// learn notes what a response says of columns.
func (d *replyDecoder) learn(req rop.Request, resp rop.Response) {
	h := req.Header()
	if h.Output != rop.NoIndex {
		d.columns[h.Output] = nil // a new object
	}
	switch resp := resp.(type) {
	case *rop.SetColumnsResponse:
		if set, ok := req.(*rop.SetColumnsRequest); ok {
			d.columns[h.Input] = set.PropertyTags
		}
	case *rop.ResetTableResponse:
		d.columns[h.Input] = nil
	case *rop.OpenMessageResponse:
		d.columns[h.Output] = listed(resp.RecipientColumns)
	case *rop.OpenEmbeddedMessageResponse:
		d.columns[h.Output] = listed(resp.RecipientColumns)
	case *rop.ReloadCachedInformationResponse:
		d.columns[h.Input] = listed(resp.RecipientColumns)
	}
}

// listed returns columns that are known, be there none.
func listed(columns []mapi.PropTag) []mapi.PropTag {
	if columns == nil {
		return []mapi.PropTag{}
	}
	return columns
}
