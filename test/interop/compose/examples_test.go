package compose

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"go/parser"
	"go/token"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/app"
	"github.com/mapid/mapid/internal/config"
	"github.com/mapid/mapid/internal/mapiclient"
)

// fixture is the page with examples for tools that can't be run here: what they say of the image and of the server is
// held against the Dockerfile, the configuration and a running server.
const fixture = root + "/docs/fixture.md"

var codeBlock = regexp.MustCompile("(?ms)^```([a-z]+)\n(.*?)^```")

// examples are the code blocks of the page, by language.
func examples(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile(fixture)
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[string][]string)
	for _, m := range codeBlock.FindAllStringSubmatch(string(text), -1) {
		out[m[1]] = append(out[m[1]], m[2])
	}
	return out
}

// exposed are the ports that the image tells of.
func exposed(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "docker", "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	_, list, ok := strings.Cut(string(text), "\nEXPOSE ")
	if !ok {
		t.Fatal("the Dockerfile exposes nothing")
	}
	list, _, _ = strings.Cut(list, "\n")
	return strings.Fields(list)
}

// runs reports whether a server starts with settings on top of those of the image.
func runs(t *testing.T, what string, settings map[string]string) {
	t.Helper()
	env := maps.Clone(readDockerfile(t, filepath.Join(root, "docker", "Dockerfile")).env)
	maps.Copy(env, settings)
	var list []string
	for key, value := range env {
		list = append(list, key+"="+value)
	}
	cfg, err := config.LoadFrom(config.Sources{Environ: list})
	if err == nil {
		err = cfg.Validate()
	}
	if err != nil {
		t.Errorf("%s: %v", what, err)
	}
}

func TestExampleOfActions(t *testing.T) {
	t.Parallel()
	var workflow struct {
		Jobs map[string]struct {
			RunsOn   string `yaml:"runs-on"`
			Services map[string]struct {
				Image string
				Ports []string
				Env   map[string]string
			}
			Steps []map[string]string
		}
	}
	if err := yaml.Unmarshal([]byte(examples(t)["yaml"][0]), &workflow); err != nil {
		t.Fatal(err)
	}
	ports := exposed(t)
	for name, job := range workflow.Jobs {
		if job.RunsOn == "" || len(job.Steps) == 0 || len(job.Services) == 0 {
			t.Errorf("job %s: %+v", name, job)
		}
		for name, s := range job.Services {
			runs(t, name, s.Env)
			for _, p := range s.Ports {
				outside, inside, ok := strings.Cut(p, ":")
				if !ok || outside != inside || !slices.Contains(ports, inside) { // other numbers would have to be advertised
					t.Errorf("service %s publishes %s, the image has %v", name, p, ports)
				}
			}
			if !strings.Contains(fmt.Sprint(job.Steps), "${{ job.services."+name+".id }}") {
				t.Errorf("no step uses service %s: %v", name, job.Steps)
			}
		}
	}
	if i := readDockerfile(t, filepath.Join(root, "docker", "Dockerfile")); len(i.health) == 0 || !slices.Equal(i.entrypoint, []string{"/mapid"}) {
		t.Errorf("the page counts on a health check and on /mapid: %v, %v", i.health, i.entrypoint)
	}
}

func TestExampleOfDevelopmentContainers(t *testing.T) {
	t.Parallel()
	all := examples(t)
	var dev struct {
		Name, DockerComposeFile, Service, WorkspaceFolder string
	}
	dec := json.NewDecoder(strings.NewReader(all["json"][0]))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&dev); err != nil {
		t.Fatal(err)
	}
	var file struct {
		Services map[string]struct {
			Image       string
			Command     string
			Volumes     []string
			Environment map[string]string
			DependsOn   map[string]struct{ Condition string } `yaml:"depends_on"`
		}
	}
	if err := yaml.Unmarshal([]byte(all["yaml"][1]), &file); err != nil {
		t.Fatal(err)
	}
	main, ok := file.Services[dev.Service]
	if !ok || dev.DockerComposeFile != "compose.yaml" || !strings.HasSuffix(main.Volumes[0], ":"+dev.WorkspaceFolder) {
		t.Errorf("%+v, %+v", dev, main)
	}
	// The admin API answers to the server's own name, which is the service's.
	name := strings.ToLower(config.Default().Server.Name)
	server, ok := file.Services[name]
	if !ok || main.DependsOn[name].Condition != "service_healthy" || server.Image != "mapid:local" {
		t.Errorf("service %s: %+v, %+v", name, server, main)
	}
	runs(t, name, server.Environment)
}

// TestExamplesOfTestcontainers reads the three examples: each names ports that the image has, settings that there are,
// the image, the token and the calls alike. Then it does what they do, beside the container.
func TestExamplesOfTestcontainers(t *testing.T) {
	t.Parallel()
	all := examples(t)
	list := map[string]string{"go": all["go"][1], "java": all["java"][0], "python": all["python"][0]}
	if _, err := parser.ParseFile(token.NewFileSet(), "example.go", "package example\n"+list["go"], parser.AllErrors); err != nil {
		t.Error(err)
	}
	if _, err := exec.LookPath(python); err == nil {
		cmd := exec.CommandContext(t.Context(), python, "-c", "import ast, sys; ast.parse(sys.stdin.read())")
		cmd.Stdin = strings.NewReader(list["python"])
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("python: %v\n%s", err, out)
		}
	}
	secret := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(secret, []byte("only-for-tests"), 0o600); err != nil {
		t.Fatal(err)
	}
	ports, setting := exposed(t), regexp.MustCompile(`MAPID_[A-Z_]+`)
	number := regexp.MustCompile(`\b(135|1135|8135|5\d{4}|6\d{4})\b`)
	for language, text := range list {
		for _, want := range []string{"mapid:local", "only-for-tests", "/api/v1/advertise", "application/json", "emsmdb", "nspi", "MAPID_SEED", "MAPID_ADMIN_TOKEN_FILE"} {
			if !strings.Contains(text, want) && (language != "python" || want != "application/json") { // json= says so
				t.Errorf("%s: no %s", language, want)
			}
		}
		for _, port := range number.FindAllString(text, -1) {
			if !slices.Contains(ports, port) {
				t.Errorf("%s: port %s, the image has %v", language, port, ports)
			}
		}
		settings := make(map[string]string)
		for _, name := range setting.FindAllString(text, -1) {
			settings[name] = map[string]string{"MAPID_SEED": "demo", "MAPID_ADMIN_TOKEN_FILE": secret}[name]
		}
		runs(t, language, settings)
	}
	followExample(t, secret, regexp.MustCompile(`wait_for_logs\(mapid, '(.*)'\)`).FindStringSubmatch(list["python"])[1])
}

// followExample starts a server as the image does, on free ports, waits for ready in its log and for /readyz, tells the
// server other ports than it has, with the token, and asks the endpoint mapper.
func followExample(t *testing.T, secret, ready string) {
	t.Helper()
	env := readDockerfile(t, filepath.Join(root, "docker", "Dockerfile")).env
	env["MAPID_SEED"], env["MAPID_ADMIN_TOKEN_FILE"], env["MAPID_STORE_PATH"] = "demo", secret, filepath.Join(t.TempDir(), "mapid.db")
	for _, port := range []string{"EPM", "EMSMDB", "NSPI", "ADMIN"} {
		env["MAPID_LISTEN_"+port] = "0"
	}
	var list []string
	for key, value := range env {
		list = append(list, key+"="+value)
	}
	cfg, err := config.LoadFrom(config.Sources{Environ: list})
	if err != nil {
		t.Fatal(err)
	}
	log := &until{want: []byte(ready), seen: make(chan struct{})}
	encoder := zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig())
	a, err := app.New(t.Context(), app.Options{Config: cfg, Logger: zap.New(zapcore.NewCore(encoder, zapcore.Lock(zapcore.AddSync(log)), zapcore.InfoLevel))})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	<-log.seen
	_, port, _ := strings.Cut(strings.TrimPrefix(strings.ReplaceAll(a.Addresses().Admin, "[::]", "any"), "http://"), ":")
	ask := func(method, path, body, authorization string) int {
		req, err := http.NewRequestWithContext(t.Context(), method, "http://localhost:"+port+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", authorization)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	if status := ask("GET", "/readyz", "", ""); status != http.StatusOK {
		t.Errorf("/readyz: status %d", status)
	}
	if status := ask("PATCH", "/api/v1/advertise", `{"emsmdb": 45001, "nspi": 45002}`, "Bearer only-for-tests"); status != http.StatusOK {
		t.Errorf("advertise: status %d", status)
	}
	_, mapper, _ := strings.Cut(strings.ReplaceAll(a.Addresses().Servers[0].EPM[0], "[::]", "any"), ":")
	_, err = mapiclient.Dial(t.Context(), mapiclient.Options{
		Mapper: "127.0.0.1:" + mapper, Service: auth.ServiceNTLM, Level: auth.LevelPrivacy, User: "alice", Password: "Password1!",
	}, mapiclient.EMSMDB)
	if err == nil || !strings.Contains(err.Error(), "45001") {
		t.Errorf("the endpoint mapper does not send clients to 45001: %v", err)
	}
}

// until collects nothing, but tells when a text was written.
type until struct {
	want []byte
	seen chan struct{}
	done bool
}

// Write implements io.Writer; zap calls it under a lock of its own.
func (u *until) Write(b []byte) (int, error) {
	if !u.done && bytes.Contains(b, u.want) {
		u.done = true
		close(u.seen)
	}
	return len(b), nil
}
