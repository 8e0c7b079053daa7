package admin

import (
	"encoding/json"
	"net/http"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// object is a JSON object.
type object = map[string]any

// openAPI describes the routes in OpenAPI 3.0, made of the same table as the mux.
func (s *Server) openAPI(*http.Request) (object, error) {
	g := generator{schemas: object{}}
	paths := object{}
	for _, r := range s.routes() {
		item, ok := paths[r.path].(object)
		if !ok {
			item = object{}
			paths[r.path] = item
		}
		item[strings.ToLower(r.method)] = g.operation(r)
	}
	g.schema(reflect.TypeFor[Problem]())
	return object{
		"openapi": "3.0.3",
		"info":    object{"title": "mapid", "version": s.opts.Build.Version, "description": "Administration of a running mapid."},
		"paths":   paths,
		"components": object{
			"schemas":         g.schemas,
			"securitySchemes": object{"token": object{"type": "http", "scheme": "bearer"}},
		},
		"security": []any{object{}, object{"token": []any{}}}, // a token is needed off loopback
	}, nil
}

// generator turns Go types into schemas; named structs go into schemas once.
type generator struct {
	schemas object
}

var pathParameter = regexp.MustCompile(`\{([a-z]+)\}`)

func (g *generator) operation(r route) object {
	parameters := []any{}
	text := object{"type": "string"}
	for _, m := range pathParameter.FindAllStringSubmatch(r.path, -1) {
		parameters = append(parameters, object{"name": m[1], "in": "path", "required": true, "schema": text})
	}
	for _, q := range r.query {
		parameters = append(parameters, object{"name": q.name, "in": "query", "description": q.text, "schema": text})
	}
	success := object{"description": http.StatusText(r.status)}
	if r.result != nil {
		success["content"] = object{"application/json": object{"schema": g.schema(r.result)}}
	}
	if r.stream != "" {
		success["content"] = object{r.stream: object{"schema": object{"type": "string", "format": "binary"}}}
	}
	op := object{
		"summary": r.summary, "parameters": parameters,
		"responses": object{
			strconv.Itoa(r.status): success,
			"default": object{
				"description": "An error",
				"content":     object{"application/problem+json": object{"schema": object{"$ref": "#/components/schemas/Problem"}}},
			},
		},
	}
	if r.body != nil {
		op["requestBody"] = object{"content": object{"application/json": object{"schema": g.schema(r.body)}}}
	}
	return op
}

func (g *generator) schema(t reflect.Type) object {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case t == reflect.TypeFor[json.RawMessage](): // a seed
		return object{"oneOf": []any{object{"type": "object"}, object{"type": "string", "description": "the text of a seed file"}}}
	case t == reflect.TypeFor[object]():
		return object{"type": "object"}
	case strings.HasPrefix(t.Name(), "Field["):
		f, _ := t.FieldByName("Value")
		s := g.schema(f.Type)
		if s["$ref"] != nil { // siblings of a reference are ignored in OpenAPI 3.0
			s = object{"allOf": []any{s}}
		}
		s["nullable"] = true
		return s
	}
	switch t.Kind() {
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int64, reflect.Uint32, reflect.Uint64:
		return object{"type": "integer"}
	case reflect.Float64:
		return object{"type": "number"}
	case reflect.String:
		return object{"type": "string"}
	case reflect.Slice:
		return object{"type": "array", "items": g.schema(t.Elem())}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": g.schema(t.Elem())}
	case reflect.Pointer:
		return g.schema(t.Elem())
	case reflect.Interface:
		return object{}
	case reflect.Struct:
		return g.structure(t)
	}
	panic("admin: no schema for " + t.String()) // a type of a new kind needs a case here
}

func (g *generator) structure(t reflect.Type) object {
	ref := object{"$ref": "#/components/schemas/" + t.Name()}
	if g.schemas[t.Name()] != nil {
		return ref
	}
	properties, required := object{}, []any{}
	g.schemas[t.Name()] = object{} // ends recursion
	for _, field := range reflect.VisibleFields(t) {
		if field.Anonymous { // its fields are the structure's own
			continue
		}
		name, option, _ := strings.Cut(field.Tag.Get("json"), ",")
		properties[name] = g.schema(field.Type)
		if option == "" {
			required = append(required, name)
		}
	}
	schema := object{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		schema["required"] = required
	}
	g.schemas[t.Name()] = schema
	return ref
}
