package seed

import (
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// Attributes are what the address book shows of an entry: attributes of [MS-OXOABK] 2.2 by plain names, each with one
// or more values.
type Attributes struct {
	Values       map[string][]string
	Certificates []string // paths

	certificates [][]byte // their contents
}

// Plain names of directory attributes. Names with a star take a list.
var attributeNames = strings.Fields(`
	title department office company phone* mobile home_phones* pager fax business_fax home_fax callback telex*
	assistant assistant_phone manager comment
	given_name surname initials simple_display_name
	phonetic_display_name phonetic_given_name phonetic_surname phonetic_company phonetic_department
	street post_office_box* city state postal_code country home_street
	extension_attribute_1 extension_attribute_2 extension_attribute_3 extension_attribute_4 extension_attribute_5
	extension_attribute_6 extension_attribute_7 extension_attribute_8 extension_attribute_9 extension_attribute_10
	extension_attribute_11 extension_attribute_12 extension_attribute_13 extension_attribute_14 extension_attribute_15
	keyword mail_tip* seniority delegates* send_as* resource resource_description capacity security x500* photo spoken_name home_server`)

// references are the attributes that name other entries.
var references = [...]string{"manager", "delegates", "send_as"}

func (d *decoder) attributes(n ast.Node, a *Attributes, path string) {
	a.Values = map[string][]string{}
	names := make([]string, len(attributeNames))
	for i, name := range attributeNames {
		names[i] = strings.TrimSuffix(name, "*")
	}
	for _, e := range d.entries(n, path) {
		key := text(e.Key)
		at := join(path, key)
		value := d.resolve(e.Value, at)
		if value == nil {
			continue
		}
		d.source.lines[at] = line(value)
		if key == "certificates" {
			d.value(value, reflect.ValueOf(&a.Certificates).Elem(), at, 0)
			a.certificates = make([][]byte, len(a.Certificates))
			continue
		}
		i := slices.Index(names, key)
		if i < 0 {
			d.problem(e.Key, at, "unknown attribute: %s", nearest(key, append(names, "certificates")))
			continue
		}
		var list []string
		switch value := value.(type) {
		case *ast.NullNode:
			continue
		case *ast.SequenceNode:
			if attributeNames[i] == names[i] {
				d.problem(value, at, "this attribute has one value: write a text, not a list")
				continue
			}
			d.value(value, reflect.ValueOf(&list).Elem(), at, 0)
		default:
			list = make([]string, 1)
			d.scalar(value, reflect.ValueOf(&list[0]).Elem(), at)
		}
		if list = slices.DeleteFunc(list, func(s string) bool { return s == "" }); len(list) > 0 {
			a.Values[key] = list
		}
	}
}
