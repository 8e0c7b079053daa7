package admin

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"slices"

	"github.com/mapid/mapid/store"
)

// DeletedMessages says how many messages were deleted.
type DeletedMessages struct {
	Deleted int `json:"deleted"`
}

// deleteBatch is how many messages one transaction deletes, so that others get their turns.
const deleteBatch = 200

func deleteMessagesRoute(s *Server) route {
	return route{
		method: http.MethodDelete, path: "/api/v1/mailboxes/{user}/messages", status: http.StatusOK, result: reflect.TypeFor[DeletedMessages](),
		summary: "Deletes the messages of a folder for good: all of them, or those that a query means.",
		query:   append([]parameter{{"folder", "path or id; Inbox if not given"}}, queryParameters...),
		serve: func(w http.ResponseWriter, r *http.Request) {
			n, err := s.deleteMessages(r)
			s.answer(w, r, http.StatusOK, DeletedMessages{n}, err)
		},
	}
}

// deleteMessages deletes what a query means. A parameter that is not known is refused: what was meant to narrow the
// query must not be passed over here.
func (s *Server) deleteMessages(r *http.Request) (deleted int, err error) {
	query := r.URL.Query()
	for name := range query {
		if name != "folder" && !slices.ContainsFunc(queryParameters, func(p parameter) bool { return p.name == name }) {
			return 0, problemf(http.StatusBadRequest, "%q is no parameter of this; /api/v1/openapi.json lists what there is", name)
		}
	}
	wanted, err := s.parseQuery(r.Context(), query)
	if err != nil {
		return 0, err
	}
	var box store.MailboxID
	var ids []store.MessageID
	err = s.view(r.Context(), r.PathValue("user"), func(rd store.Reader, m store.Mailbox) error {
		box = m.ID
		f, err := findFolder(rd, m, query.Get("folder"))
		if err != nil {
			return err
		}
		return s.search(r.Context(), rd, f.ID, wanted, func(id store.MessageID, _ MessageSummary) { ids = append(ids, id) })
	})
	if err != nil {
		return 0, err
	}
	for batch := range slices.Chunk(ids, deleteBatch) {
		n := 0
		err := s.opts.Store.Update(r.Context(), store.Scope{Mailboxes: []store.MailboxID{box}}, func(tx store.Tx) (err error) {
			n, err = deleteAll(r.Context(), tx, batch)
			return err
		})
		if err != nil {
			return deleted, err
		}
		deleted += n
	}
	return deleted, nil
}

// deleteAll deletes messages for good, and counts those that somebody else has not deleted meanwhile.
func deleteAll(ctx context.Context, tx store.Tx, ids []store.MessageID) (n int, err error) {
	for _, id := range ids {
		switch err := tx.DeleteMessage(id, true); {
		case errors.Is(err, store.ErrNotFound):
		case err != nil:
			return 0, err
		default:
			n++
		}
	}
	return n, ctx.Err()
}
