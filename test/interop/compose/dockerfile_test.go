package compose

import (
	"encoding/json"
	"maps"
	"os"
	"strings"
	"testing"
)

// image is what a Dockerfile says of how its last stage runs.
type image struct {
	env        map[string]string
	user       string   // uid:gid
	workdir    string   // inside
	copied     []string // sources of COPY, relative to the context
	entrypoint []string
	cmd        []string
	health     []string
}

func (i image) clone() image {
	i.env = maps.Clone(i.env)
	return i
}

// readDockerfile reads the instructions that matter to a process.
func readDockerfile(t *testing.T, path string) image {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	stages := make(map[string]image)
	now, name := image{env: map[string]string{}}, ""
	for line := range strings.Lines(strings.ReplaceAll(string(text), "\\\n", " ")) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		rest = strings.TrimSpace(rest)
		switch word {
		case "FROM":
			stages[name] = now
			from := strings.Fields(rest)
			var known bool
			if now, known = stages[from[0]]; !known {
				now = image{env: map[string]string{}}
			}
			now, name = now.clone(), from[len(from)-1]
		case "ENV":
			for _, pair := range strings.Fields(rest) {
				key, value, _ := strings.Cut(pair, "=")
				now.env[key] = value
			}
		case "USER":
			now.user = rest
		case "WORKDIR":
			now.workdir = rest
		case "COPY":
			now.copied = append(now.copied, strings.Fields(rest)[0])
		case "ENTRYPOINT":
			now.entrypoint = execForm(t, rest)
		case "CMD":
			now.cmd = execForm(t, rest)
		case "HEALTHCHECK":
			_, command, _ := strings.Cut(rest, "CMD ")
			now.health = execForm(t, command)
		}
	}
	return now
}

// execForm reads a command that runs without a shell, which an image of nothing does not have.
func execForm(t *testing.T, text string) (args []string) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &args); err != nil || len(args) == 0 {
		t.Fatalf("%q is not a command in exec form: %v", text, err)
	}
	return args
}
