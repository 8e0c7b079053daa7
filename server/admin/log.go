package admin

import "net/http"

// LogSettings is what can be changed about the log.
type LogSettings struct {
	Level string `json:"level"`
}

func (s *Server) getLog(*http.Request) (LogSettings, error) {
	return LogSettings{s.opts.Log.Level()}, nil
}

func (s *Server) patchLog(_ *http.Request, change LogSettings) (LogSettings, error) {
	if err := s.opts.Log.SetLevel(change.Level); err != nil {
		return LogSettings{}, Invalid(err)
	}
	return LogSettings{s.opts.Log.Level()}, nil
}
