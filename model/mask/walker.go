package mask

import (
	"encoding/json"
	"strings"
)

// walker goes through the fields of an object whose type need not be known: a pod spec is told by its lists of
// containers, wherever it stands.
type walker struct {
	// custom is set for custom resources, where more names are taken for those of secrets.
	custom bool
}

// value masks what stands under a key and gives what shall stand there instead.
func (w walker) value(key string, v any) any {
	switch key {
	case "annotations":
		if _, ok := v.(map[string]any); ok {
			return annotations(v)
		}
	case "labels", "matchLabels", "matchExpressions", "nodeSelector", "selector":
		// Labels select and are public.
		return v
	case "command", "args":
		if _, ok := v.(map[string]any); !ok {
			return scrub(v)
		}
	case "httpHeaders", "headers", "headerMatches", "requestHeaderModifier", "responseHeaderModifier":
		return headers(v)
	case "httpGet":
		if m, ok := v.(map[string]any); ok {
			// A path may hold a token, and a host a name and a password.
			for _, field := range []string{"path", "host"} {
				if m[field] != nil {
					m[field] = scrub(m[field])
				}
			}
		}
	case "grpc":
		if m, ok := v.(map[string]any); ok && m["service"] != nil && m["port"] != nil {
			m["service"] = scrub(m["service"])
		}
	case "flexVolume":
		if m, ok := v.(map[string]any); ok && m["options"] != nil {
			m["options"] = scrub(m["options"])
		}
	case "volumeAttributes", "parameters":
		// Those of a driver, and of the classes that it is set up with.
		if m, ok := v.(map[string]any); ok {
			return options(m)
		}
	case "path", "workingDir", "mountPath", "subPath":
		if text, ok := v.(string); ok {
			return madeUp(text)
		}
		if m, ok := v.(map[string]any); ok {
			// A route matches a path by a type and a value.
			if text, ok := m["value"].(string); ok {
				m["value"] = madeUp(text)
			}
		}
	}
	if environment(key) {
		return env(v)
	}
	if w.custom {
		if masked, ok := w.customValue(key, v); ok {
			return masked
		}
	}
	return w.below(key, v)
}

// below masks what stands below a value.
func (w walker) below(key string, v any) any {
	switch t := v.(type) {
	case map[string]any:
		if kind, _ := t["kind"].(string); kind == "Secret" {
			delete(t, "data")
			delete(t, "stringData")
		} else if kind == "ConfigMap" {
			t["data"], t["binaryData"] = scrub(t["data"]), scrub(t["binaryData"])
			drop(t, "data", "binaryData")
		}
		if key == "metadata" {
			delete(t, "managedFields")
		}
		for k, e := range t {
			t[k] = w.value(k, e)
		}
		return t
	case []any:
		for i, e := range t {
			t[i] = w.value(key, e)
		}
		return t
	case string:
		if credential(key) || privateKey(t) {
			return Value(t)
		}
	case int64, float64, json.Number:
		if credential(key) {
			return Text
		}
	}
	return v
}

// options masks what drivers of storage are told, where its name or its look speaks of a credential.
func options(m map[string]any) any {
	for k, v := range m {
		text, ok := v.(string)
		if !ok || secretive(k) || madeUp(text) != text {
			m[k] = scrub(v)
		}
	}
	return m
}

// secretive tells the options that speak of a credential, and do not just say which one: csi.storage.k8s.io/provisioner-secret-name.
func secretive(name string) bool {
	n := strings.ToLower(name)
	for _, end := range []string{"name", "namespace", "class", "type", "id"} {
		if strings.HasSuffix(n, end) {
			return false
		}
	}
	for _, part := range []string{"secret", "passw", "token", "credential", "key", "auth"} {
		if strings.Contains(n, part) {
			return true
		}
	}
	return false
}

// messages masks all messages at and below a status: runtimes and controllers quote in them what they were given, and containers write
// what they like.
func messages(v any) any {
	switch t := v.(type) {
	case []any:
		for i, e := range t {
			t[i] = messages(e)
		}
	case map[string]any:
		for k, e := range t {
			if k == "message" && scalar(e) {
				t[k] = scrub(e)
				continue
			}
			t[k] = messages(e)
		}
	}
	return v
}

// controllersWords tells the kinds of Kubernetes' own in whose status its controllers write of what they count, and quote nobody. Rules read
// some of it.
func controllersWords(group, kind string) bool {
	switch kind {
	case "Node", "Namespace":
		return group == ""
	case "PodDisruptionBudget":
		return group == "policy"
	case "APIService":
		return group == "apiregistration.k8s.io"
	}
	return false
}

// privateKey tells a private key in PEM, wherever it stands: a Route of OpenShift holds its own under "key".
func privateKey(s string) bool {
	return strings.Contains(s, "PRIVATE KEY-----")
}

// drop removes keys that hold nothing.
func drop(m map[string]any, keys ...string) {
	for _, k := range keys {
		if m[k] == nil {
			delete(m, k)
		}
	}
}

// customValue masks the fields in which custom resources are known to keep values.
func (w walker) customValue(key string, v any) (any, bool) {
	switch key {
	case "data", "stringData", "binaryData":
		return scrub(v), true
	case "values":
		// A selector's values are a list; those of a chart are a map or a text.
		if _, list := v.([]any); !list {
			return scrub(v), true
		}
	case "parameters", "params":
		if _, list := v.([]any); list {
			return env(v), true
		}
	}
	return nil, false
}

// env masks the literal values of environment variables: a list of name and value, of NAME=VALUE, or a map.
func env(v any) any {
	list, ok := v.([]any)
	if !ok {
		if m, ok := v.(map[string]any); ok && m["name"] == nil {
			return scrub(v)
		}
		list = []any{v}
	}
	for i, e := range list {
		m, ok := e.(map[string]any)
		if !ok {
			list[i] = scrub(e)
			continue
		}
		if value, ok := m["value"]; ok {
			m["value"] = scrub(value)
		}
		if value, ok := m["default"]; ok {
			m["default"] = scrub(value)
		}
	}
	return v
}

// headers masks the values of HTTP headers at and below v.
func headers(v any) any {
	switch t := v.(type) {
	case []any:
		for i, e := range t {
			t[i] = headers(e)
		}
	case string:
		// Cilium writes a header as one text.
		if name, value, ok := strings.Cut(t, ":"); ok {
			return name + ": " + Value(strings.TrimSpace(value))
		}
	case map[string]any:
		for k, e := range t {
			if k == "value" || k != "name" && k != "type" && scalar(e) {
				t[k] = scrub(e)
				continue
			}
			t[k] = headers(e)
		}
	}
	return v
}

func scalar(v any) bool {
	switch v.(type) {
	case map[string]any, []any, nil:
		return false
	}
	return true
}

// environment tells the keys under which environment variables stand.
func environment(key string) bool {
	switch key {
	case "env", "envs", "envVars", "environment", "extraEnv", "extraEnvs", "extraEnvVars", "additionalEnv":
		return true
	}
	return false
}

// credential tells the keys whose text is a credential by their name. Names of references, such as secretName, end
// otherwise.
func credential(key string) bool {
	k := strings.ToLower(strings.NewReplacer("-", "", "_", "", ".", "").Replace(key))
	for _, end := range []string{"password", "passwd", "passphrase", "token", "apikey", "secretkey", "accesskey", "privatekey",
		"clientsecret", "credential", "credentials", "connectionstring", "dsn", "bearer"} {
		if strings.HasSuffix(k, end) {
			return true
		}
	}
	return false
}
