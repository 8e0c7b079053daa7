package compose

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// root is that of the repository.
const root = "../../.."

// composeFile is what of a compose file matters to processes.
type composeFile struct {
	dir      string
	Services map[string]service `yaml:"services"`
}

// service is one service of a compose file.
type service struct {
	Build struct {
		Context    string `yaml:"context"`
		Dockerfile string `yaml:"dockerfile"`
	} `yaml:"build"`
	Hostname    string            `yaml:"hostname"`
	Environment map[string]string `yaml:"environment"`
	Command     []string          `yaml:"command"`
	Volumes     []string          `yaml:"volumes"`
	Ports       []string          `yaml:"ports"`
	CapDrop     []string          `yaml:"cap_drop"`
	ReadOnly    bool              `yaml:"read_only"`
}

// readCompose reads a file of docker/.
func readCompose(t *testing.T, name string) composeFile {
	t.Helper()
	path := filepath.Join(root, "docker", name)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f := composeFile{dir: filepath.Dir(path)}
	if err := yaml.Unmarshal(text, &f); err != nil {
		t.Fatal(err)
	}
	return f
}

// service returns a service by name.
func (f composeFile) service(t *testing.T, name string) service {
	t.Helper()
	s, ok := f.Services[name]
	if !ok {
		t.Fatalf("%s has no service %s", f.dir, name)
	}
	return s
}

// image is what a service is built from.
func (f composeFile) image(t *testing.T, s service) image {
	t.Helper()
	return readDockerfile(t, filepath.Join(f.dir, s.Build.Context, s.Build.Dockerfile))
}

// mounts maps folders inside to folders here: a named volume is a new one that belongs to the container's user.
func (f composeFile) mounts(t *testing.T, s service, uid int) map[string]string {
	t.Helper()
	out := make(map[string]string)
	for _, v := range s.Volumes {
		parts := strings.Split(v, ":")
		if strings.HasPrefix(parts[0], ".") {
			path, err := filepath.Abs(filepath.Join(f.dir, parts[0]))
			if err != nil {
				t.Fatal(err)
			}
			out[parts[1]] = path
			continue
		}
		out[parts[1]] = ownedDir(t, uid)
	}
	return out
}

// ownedDir is a folder of a user, which every user can get to.
func ownedDir(t *testing.T, uid int) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "mapid-volume-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chown(dir, uid, uid); err != nil {
		t.Fatal(err)
	}
	return dir
}

// inside turns a path of the container into one of here.
func inside(mounts map[string]string, path string) string {
	for target, source := range mounts {
		if path == target || strings.HasPrefix(path, target+"/") {
			return source + strings.TrimPrefix(path, target)
		}
	}
	return path
}
