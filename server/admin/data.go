package admin

import (
	"encoding/json"
	"net/http"
)

// SeedResult counts what a seed added.
type SeedResult struct {
	Users         int `json:"users"`
	Groups        int `json:"groups"`
	Contacts      int `json:"contacts"`
	PublicFolders int `json:"public_folders"`
	Messages      int `json:"messages"`
}

// Done is the answer to a request that has nothing to say.
type Done struct {
	Done bool `json:"done"`
}

// Nothing is a body without members.
type Nothing struct{}

// seed takes a seed as a JSON object, or the text of a seed file as a JSON string: YAML has more to say than JSON,
// and the lines in messages are then those of the file.
func (s *Server) seed(r *http.Request, body json.RawMessage) (SeedResult, error) {
	var file string
	if json.Unmarshal(body, &file) == nil {
		return s.opts.Data.Seed(r.Context(), []byte(file))
	}
	return s.opts.Data.Seed(r.Context(), body)
}

func (s *Server) reset(r *http.Request, _ Nothing) (Done, error) {
	if err := s.opts.Data.Reset(r.Context()); err != nil {
		return Done{}, err
	}
	return Done{true}, nil
}
