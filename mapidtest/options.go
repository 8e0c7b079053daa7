package mapidtest

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/mapid/mapid/internal/app"
	"github.com/mapid/mapid/internal/config"
)

// Option changes what Start starts.
type Option func(*settings)

// settings are the sum of the options.
type settings struct {
	seed     string // YAML
	seedFile string // path, demo or none
	yaml     string
	flags    []config.Flag
	timeout  time.Duration
}

// defaultTimeout bounds what the Wait methods wait for.
const defaultTimeout = 10 * time.Second

// Demo fills the server with the demo organisation: alice, bob and carol, each with the password Password1!, and at
// least 25 messages in alice's Inbox.
func Demo() Option { return func(s *settings) { s.seed, s.seedFile = "", "demo" } }

// Seed fills the server from the text of a seed file, in YAML.
func Seed(yaml string) Option { return func(s *settings) { s.seed, s.seedFile = yaml, "" } }

// SeedFile fills the server from a seed file; the files that it names are below its folder.
func SeedFile(path string) Option { return func(s *settings) { s.seed, s.seedFile = "", path } }

// NoSeed starts an empty server.
func NoSeed() Option { return func(s *settings) { s.seed, s.seedFile = "", "none" } }

// Config adds the text of a configuration file, in YAML. Ports, the store's place and the seed stay the test's own; a
// server of the list servers may choose its address and ports.
func Config(yaml string) Option { return func(s *settings) { s.yaml = yaml } }

// Set sets one key of the configuration, rpc.maximum_connections for one, to a value in the form that its
// environment variable has. It is stronger than Config.
func Set(key, value string) Option {
	return func(s *settings) {
		s.flags = append(s.flags, config.Flag{Name: "mapidtest.Set", Path: key, Value: value})
	}
}

// EncryptionRequired says whether clients must seal what they send, whatever the version's default is.
func EncryptionRequired(required bool) Option {
	return Set("rpc.encryption_required", strconv.FormatBool(required))
}

// Profile chooses the Exchange version that the server poses as: exchange2003, exchange2007, exchange2010-rtm,
// exchange2010-sp1, exchange2013 or exchange2016.
func Profile(name string) Option { return Set("server.profile", name) }

// Timeout bounds what the Wait methods wait for, 10 seconds without it.
func Timeout(d time.Duration) Option { return func(s *settings) { s.timeout = d } }

// config is the configuration of a server whose files are in dir.
func (s *settings) config(dir string) (config.Config, error) {
	seed := s.seedFile
	if s.seed != "" {
		seed = filepath.Join(dir, "seed.yaml")
		if err := os.WriteFile(seed, []byte(s.seed), 0o600); err != nil {
			return config.Config{}, err
		}
	}
	src := config.Sources{}
	if s.yaml != "" {
		src.File = filepath.Join(dir, "mapid.yaml")
		if err := os.WriteFile(src.File, []byte(s.yaml), 0o600); err != nil {
			return config.Config{}, err
		}
	}
	for path, value := range map[string]string{
		"listen.epm": "0", "listen.admin": "0", "listen.smtp": "0", "smtp.tls_cert": "off",
		"store.durability": "off", "store.path": filepath.Join(dir, "data", "mapid.db"),
	} {
		src.Flags = append(src.Flags, config.Flag{Name: "mapidtest.Start", Path: path, Value: value})
	}
	if seed != "" {
		src.Flags = append(src.Flags, config.Flag{Name: "mapidtest.Seed", Path: "seed", Value: seed})
	}
	src.Flags = append(src.Flags, s.flags...)
	cfg, err := config.LoadFrom(src)
	if err != nil {
		return cfg, err
	}
	if !cfg.IsSet("trace.file") {
		cfg.Trace.File = filepath.Join(dir, "trace"+traceExt)
	}
	return cfg, cfg.Validate()
}

// demoImage is the database that the demo organisation starts with, made once in a process.
var demoImage = sync.OnceValues(func() ([]byte, error) { return app.Image(context.Background(), config.Default()) })

// putImage puts the demo organisation where a server of cfg will find it, so that the server need not seed. Other seeds
// and other organisations are left to the server.
func putImage(cfg *config.Config) error {
	d := config.Default()
	if cfg.Seed != d.Seed || cfg.Organization != d.Organization || cfg.Store.Path == config.Memory {
		return nil
	}
	image, err := demoImage()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(cfg.Store.Path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(cfg.Store.Path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) { // a store of the test's own
		return nil
	}
	if err != nil {
		return err
	}
	_, err = f.Write(image)
	return errors.Join(err, f.Close())
}

// traceExt makes the trace a text.
const traceExt = ".txt"
