package admin

import (
	"bufio"
	"net/http"
	"strconv"
	"strings"
)

// Metric is one family of the Prometheus exposition. Its labels come from tables of the program, so their number is
// bounded.
type Metric struct {
	Name, Help string
	Type       string // counter, gauge or histogram
	Samples    []Sample
}

// Sample is one value. Suffix belongs to the name: _sum, _count and _bucket of a histogram.
type Sample struct {
	Suffix string
	Labels []string // names and values in turn
	Value  float64
}

// Metrics tells the numbers of the server.
type Metrics interface {
	Metrics() []Metric
}

// metricsRoute is the route for Prometheus.
func metricsRoute(s *Server) route {
	return route{
		method: http.MethodGet, path: "/metrics", summary: "Numbers for Prometheus.", status: http.StatusOK,
		stream: "text/plain; version=0.0.4; charset=utf-8", brief: true, serve: s.metrics,
	}
}

func (s *Server) metrics(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	out := bufio.NewWriter(w)
	defer out.Flush() // the client may be gone
	for _, m := range s.opts.Metrics.Metrics() {
		out.WriteString("# HELP " + m.Name + " " + escapeHelp.Replace(m.Help) + "\n# TYPE " + m.Name + " " + m.Type + "\n")
		for _, sample := range m.Samples {
			out.WriteString(m.Name + sample.Suffix)
			for i := 0; i+1 < len(sample.Labels); i += 2 {
				out.WriteString(map[bool]string{true: "{", false: ","}[i == 0] + sample.Labels[i] + `="` + escapeLabel.Replace(sample.Labels[i+1]) + `"`)
			}
			if len(sample.Labels) > 0 {
				out.WriteString("}")
			}
			out.WriteString(" " + strconv.FormatFloat(sample.Value, 'g', -1, 64) + "\n")
		}
	}
}

var (
	escapeHelp  = strings.NewReplacer(`\`, `\\`, "\n", `\n`)
	escapeLabel = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)
)
