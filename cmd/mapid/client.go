package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/mapid/mapid/internal/config"
)

// clientFlags find the running server. Without them it is where the environment of this process would put one, so
// that a container's commands and its health check need no flags.
type clientFlags struct {
	Admin     string `placeholder:"URL" help:"Admin API of the running server (MAPID_ADMIN; default http://127.0.0.1:8135)."`
	TokenFile string `placeholder:"FILE" help:"File with its bearer token (MAPID_ADMIN_TOKEN_FILE; default admin.token in the data folder, if there is one)."`
}

// client calls the admin API.
type client struct {
	base  string
	token string
	http  *http.Client
}

// callTime bounds one call.
const callTime = time.Minute

func (f clientFlags) client(env *environment) (*client, error) {
	cfg, err := config.LoadFrom(config.Sources{File: env.getenv("MAPID_CONFIG"), Environ: env.environ})
	if err != nil {
		return nil, err
	}
	c := &client{base: f.Admin, http: &http.Client{Timeout: callTime}}
	if c.base == "" {
		c.base = env.getenv("MAPID_ADMIN")
	}
	if c.base == "" {
		c.base = cfg.AdminURL()
	}
	if u, err := url.Parse(c.base); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fail(exitUsage, "%q is not the URL of an admin API, like http://127.0.0.1:8135", c.base)
	}
	c.base = strings.TrimSuffix(c.base, "/")
	file, needed := f.TokenFile, f.TokenFile != ""
	if file == "" {
		file, needed = cfg.Admin.TokenFile, cfg.Admin.TokenFile != ""
	}
	if file == "" {
		data := env.getenv("MAPID_DATA")
		if data == "" {
			data = filepath.Dir(cfg.Store.Path)
		}
		file = filepath.Join(data, "admin.token")
	}
	text, err := os.ReadFile(file)
	if err != nil && needed {
		return nil, fail(exitUsage, "cannot read the token: %w", err)
	}
	c.token = strings.TrimSpace(string(text))
	return c, nil
}

// problem is an error answer of the API.
type problem struct {
	Title  string   `json:"title"`
	Detail string   `json:"detail"`
	Errors []string `json:"errors"`
}

// call sends body as JSON, unless it is nil, and decodes the answer into out, unless that is nil.
func (c *client) call(ctx context.Context, method, path string, body, out any) error {
	var reader io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		reader = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, reader)
	if err != nil {
		return fail(exitUsage, "%w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		cause := err
		if u, ok := errors.AsType[*url.Error](err); ok {
			cause = u.Err
		}
		return fail(exitUnreachable, "cannot reach a server at %s (%w): start one with mapid serve, or name it with --admin or MAPID_ADMIN", c.base, cause)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return fail(exitUnreachable, "the server at %s broke off its answer: %w", c.base, err)
	}
	if resp.StatusCode/100 != 2 {
		return refused(c.base, resp, text)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(text, out); err != nil {
		return fail(exitUnreachable, "what answers at %s is not mapid: %w", c.base, err)
	}
	return nil
}

// refused turns an error answer into an error with the exit code that fits.
func refused(base string, resp *http.Response, text []byte) error {
	if !strings.HasPrefix(resp.Header.Get("Content-Type"), "application/problem+json") {
		return fail(exitUnreachable, "what answers at %s is not mapid: status %s", base, resp.Status)
	}
	var p problem
	if err := json.Unmarshal(text, &p); err != nil {
		return fail(exitUnreachable, "what answers at %s is not mapid: %w", base, err)
	}
	code := exitNo
	switch resp.StatusCode {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusRequestEntityTooLarge, http.StatusMisdirectedRequest:
		code = exitUsage
	}
	if len(p.Errors) == 0 {
		return fail(code, "%s", p.Detail)
	}
	causes := make([]error, len(p.Errors))
	for i, e := range p.Errors {
		causes[i] = errors.New(e)
	}
	return &exitError{code, errors.Join(causes...)}
}

// pathOf escapes the parts of a path.
func pathOf(parts ...string) string {
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	return "/" + strings.Join(parts, "/")
}

// onServer adds the server's name to a path, if one is given.
func onServer(path, server string) string {
	if server == "" {
		return path
	}
	return path + "?server=" + url.QueryEscape(server)
}

// yesNo is how tables show a flag.
func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// columns prints rows of text in columns, the first one being the heading.
func columns(env *environment, rows [][]string) {
	var width []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(width) {
				width = append(width, 0)
			}
			width[i] = max(width[i], len([]rune(cell)))
		}
	}
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			fmt.Fprintf(&line, "%-*s  ", width[i], cell)
		}
		env.printf("%s\n", strings.TrimRight(line.String(), " "))
	}
}
