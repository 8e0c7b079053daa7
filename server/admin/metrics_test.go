package admin

import (
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestMetricsForm(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	a.app.metrics = []Metric{
		{Name: "a_total", Help: "How\nmany.", Type: "counter", Samples: []Sample{{Labels: []string{"x", `q"\`, "y", "z"}, Value: 3}}},
		{Name: "b", Help: "A.", Type: "gauge", Samples: []Sample{{Value: 0.5}, {Suffix: "_sum", Value: 1e21}}},
		{Name: "none", Help: "Nothing yet.", Type: "counter"},
	}
	want := "# HELP a_total How\\nmany.\n# TYPE a_total counter\na_total{x=\"q\\\"\\\\\",y=\"z\"} 3\n" +
		"# HELP b A.\n# TYPE b gauge\nb 0.5\nb_sum 1e+21\n# HELP none Nothing yet.\n# TYPE none counter\n"
	status, header, text := a.do("GET", "/metrics", "", nil)
	if status != 200 || !strings.HasPrefix(header.Get("Content-Type"), "text/plain; version=0.0.4") || string(text) != want {
		t.Errorf("%d %s\n%s\nwant\n%s", status, header.Get("Content-Type"), text, want)
	}
}

func TestGapsMostWantedFirst(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	a.servers[0].gaps = []Gap{
		{Server: "EXCH01", Client: "A.EXE", Kind: "property", Name: "PidTagX", Count: 99},
		{Server: "EXCH01", Client: "A.EXE", Kind: "rop", Name: "RopOne", Count: 1},
		{Server: "EXCH01", Client: "B.EXE", Kind: "rop", Name: "RopTwo", Count: 2},
	}
	var names []string
	for _, g := range call[GapList](a, "GET", "/api/v1/gaps", "").Gaps {
		names = append(names, g.Name)
	}
	if got := strings.Join(names, " "); got != "RopTwo RopOne PidTagX" {
		t.Errorf("order %s", got)
	}
	for query, want := range map[string]int{"?client=b.exe": 1, "?server=EXCH01": 3, "?client=C.EXE": 0} {
		if got := call[GapList](a, "GET", "/api/v1/gaps"+query, ""); len(got.Gaps) != want {
			t.Errorf("%s: %d gaps, want %d", query, len(got.Gaps), want)
		}
	}
	a.refused(404, "GET", "/api/v1/gaps?server=NONE", "", nil)
}

func TestConnectionsAreBounded(t *testing.T) {
	t.Parallel()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	a := newAPI(t, func(o *Options) { o.Connections = 3 })
	served := make(chan error, 1)
	go func() { served <- a.served.Serve(l) }()
	ask := func() bool {
		c, err := new(net.Dialer).DialContext(t.Context(), "tcp4", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		c.SetDeadline(time.Now().Add(10 * time.Second))
		c.Write([]byte("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")) // it may be closed already
		n, _ := c.Read(make([]byte, 16))
		return n > 0
	}
	for i := range 5 {
		if got, want := ask(), i < 3; got != want {
			t.Errorf("connection %d is answered: %v, want %v", i, got, want)
		}
	}
	if err := a.served.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
	if resp, err := http.Get("http://" + l.Addr().String() + "/livez"); err == nil {
		resp.Body.Close()
		t.Error("it listens after the end")
	}
}
