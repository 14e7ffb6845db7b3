package secret

import (
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/types"

	"canopy/model/leaves"
	"canopy/model/record"
)

// fieldUses lists what an object of a kind that nobody here knows names, by how fields are called that name Secrets: secretName,
// somethingSecretRef, a name with a key. Its controller knows what they mean, so that nothing is amiss where there is no such Secret.
func fieldUses(t *record.Custom) []use {
	if !leaves.Swept(t.Kind) {
		return nil
	}
	w := fieldWalk{at: t.Namespace, mesh: strings.HasSuffix(t.Kind.Group, ".istio.io")}
	w.walk("", "", t.Body)
	return w.uses
}

// fieldWalk goes through the fields of an object.
type fieldWalk struct {
	at   string
	mesh bool
	uses []use
}

// meshNamespace is where the gateways of Istio run that take the Secrets which a Gateway names, unless somebody put them elsewhere.
const meshNamespace = "istio-system"

func (w *fieldWalk) name(path, namespace, secret string) {
	if namespace == "" {
		namespace = w.at
	}
	if namespace != "" && named(secret, true) {
		w.uses = append(w.uses, use{how: ByField, path: path, loose: true, secret: types.NamespacedName{Namespace: namespace, Name: secret}})
	}
}

// walk looks at a value; key is that of the field, or of the list that the value is in.
func (w *fieldWalk) walk(path, key string, v any) {
	switch v := v.(type) {
	case map[string]any:
		if secret := text(v, "name"); secret != "" && means(key, v) {
			w.name(path+".name", text(v, "namespace"), secret)
		}
		for _, k := range slices.Sorted(maps.Keys(v)) {
			w.walk(record.FieldPath(path, k), k, v[k])
		}
	case []any:
		for i, item := range v {
			w.walk(index(path, i), key, item)
		}
	case string:
		switch strings.ToLower(key) {
		case "secretname", "existingsecret", "existingsecretname":
			w.name(path, "", v)
		case "credentialname":
			w.name(path, "", v)
			if w.mesh && w.at != meshNamespace {
				w.name(path, meshNamespace, v)
			}
		}
	}
}

// means tells that an object with a name, which stands under a key, is a reference to a Secret.
func means(key string, v map[string]any) bool {
	if kind := text(v, "kind"); kind != "" {
		return kind == "Secret" && text(v, "group") == "" && (text(v, "apiVersion") == "" || text(v, "apiVersion") == "v1")
	}
	key = strings.ToLower(key)
	switch {
	case strings.Contains(key, "configmap"):
		return false
	case key == "secret", key == "imagepullsecrets", strings.HasSuffix(key, "secretref"), strings.HasSuffix(key, "secretkeyref"), strings.HasSuffix(key, "secrettargetref"),
		strings.HasSuffix(key, "secretselector"), strings.HasSuffix(key, "secretkeyselector"):
		return true
	}
	// The selector of a key of a Secret (core/v1 SecretKeySelector), under whatever name.
	if text(v, "key") == "" {
		return false
	}
	for k := range v {
		if k != "name" && k != "key" && k != "optional" && k != "namespace" {
			return false
		}
	}
	return true
}
