package main

import (
	"encoding/json"
	"errors"

	"github.com/mapid/mapid/internal/config"
)

// configCommands are the commands on the configuration; they need no server.
type configCommands struct {
	Print configPrint `cmd:"" help:"Print the effective configuration, secrets masked."`
	Check configCheck `cmd:"" help:"Tell everything that is wrong with the configuration."`
}

// configFile is the flag that names the file.
type configFile struct {
	Config string `placeholder:"FILE" help:"Configuration file (YAML; MAPID_CONFIG)."`
}

// load reads file, environment and flags. The error holds every problem, Validate's too.
func (f configFile) load(env *environment, flags ...config.Flag) (config.Config, error) {
	path := f.Config
	if path == "" {
		path = env.getenv("MAPID_CONFIG")
	}
	cfg, err := config.LoadFrom(config.Sources{File: path, Environ: env.environ, Flags: flags})
	problems := append(config.Problems(err), config.Problems(cfg.Validate())...)
	return cfg, errors.Join(problems...)
}

type configPrint struct {
	configFile
	JSON bool `help:"Print JSON."`
}

// Run prints the configuration even if it is not valid: printing helps to find out why.
func (c *configPrint) Run(env *environment) error {
	cfg, problems := c.load(env)
	form := cfg.YAML
	if c.JSON {
		form = cfg.JSON
	}
	text, err := form()
	if err != nil {
		return err
	}
	env.printf("%s", text)
	return problems
}

type configCheck struct {
	configFile
	JSON bool `help:"Print JSON."`
}

// checkReport is what config check --json prints.
type checkReport struct {
	OK       bool          `json:"ok"`
	Problems []problemJSON `json:"problems"`
	Warnings []problemJSON `json:"warnings"`
}

type problemJSON struct {
	Source string `json:"source,omitempty"`
	Path   string `json:"path,omitempty"`
	Text   string `json:"text"`
}

// Run prints all problems at once.
func (c *configCheck) Run(env *environment) error {
	cfg, err := c.load(env)
	if c.JSON {
		r := checkReport{OK: err == nil, Problems: []problemJSON{}, Warnings: []problemJSON{}}
		for _, p := range config.Problems(err) {
			if problem, ok := errors.AsType[config.Problem](p); ok {
				r.Problems = append(r.Problems, problemJSON(problem))
			}
		}
		for _, p := range cfg.Warnings() {
			r.Warnings = append(r.Warnings, problemJSON(p))
		}
		if encodeErr := printJSON(env, r); encodeErr != nil {
			return encodeErr
		}
		if err != nil {
			return &exitError{code: exitUsage}
		}
		return nil
	}
	for _, w := range cfg.Warnings() {
		env.printf("warning: %v\n", w)
	}
	if err == nil {
		env.printf("the configuration is valid\n")
	}
	return err
}

// printJSON prints a value as indented JSON.
func printJSON(env *environment, v any) error {
	enc := json.NewEncoder(env.stdout)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
