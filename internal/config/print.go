package config

import (
	"net/url"
	"strings"

	"github.com/goccy/go-yaml"
)

// YAML writes the configuration as a file that Load reads back, secrets masked. Secrets stand in files of their own;
// what is left is a password in the smarthost's address.
func (c Config) YAML() ([]byte, error) {
	c.SMTP.Smarthost = maskPassword(c.SMTP.Smarthost)
	return yaml.MarshalWithOptions(c, yaml.IndentSequence(true))
}

// JSON is YAML in JSON.
func (c Config) JSON() ([]byte, error) {
	text, err := c.YAML()
	if err != nil {
		return nil, err
	}
	return yaml.YAMLToJSON(text)
}

// maskPassword hides the password of [scheme://]user:password@host.
func maskPassword(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return address
	}
	if u, err := url.Parse(address); err == nil && u.User != nil {
		u.User = url.User(u.User.Username())
		return strings.Replace(u.String(), "@", ":********@", 1)
	}
	user, _, _ := strings.Cut(address[:at], ":")
	return user + ":********" + address[at:]
}
