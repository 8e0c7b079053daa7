package admin

import (
	"cmp"
	"net/http"
	"slices"
	"time"
)

// Gap is something that a client asked for and that is not there.
type Gap struct {
	Server string    `json:"server"`
	Client string    `json:"client"` // the program, or its version if it tells no name
	Kind   string    `json:"kind"`   // rop, or property: one that a store or a folder does not have
	Name   string    `json:"name"`
	Count  uint64    `json:"count"`
	Last   time.Time `json:"last"`
}

// GapList is the gap report, the most wanted first.
type GapList struct {
	Gaps []Gap `json:"gaps"`
}

func (s *Server) gaps(r *http.Request) (GapList, error) {
	list := GapList{Gaps: []Gap{}}
	server, client := r.URL.Query().Get("server"), r.URL.Query().Get("client")
	if server != "" {
		if _, err := s.controller(r); err != nil {
			return list, err
		}
	}
	for _, c := range s.opts.Servers {
		if server != "" && !equalFold(server, c.Name()) {
			continue
		}
		for _, g := range c.Gaps() {
			if client == "" || equalFold(client, g.Client) {
				list.Gaps = append(list.Gaps, g)
			}
		}
	}
	slices.SortFunc(list.Gaps, func(a, b Gap) int {
		return cmp.Or(cmp.Compare(b.Kind, a.Kind), cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Client, b.Client))
	})
	return list, nil
}
