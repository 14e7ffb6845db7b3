package record

import "canopy/model"

// KeyInspector is an inspector that looks at the keys of maps, which somebody has written like the values below them.
type KeyInspector interface {
	// Key looks at a key that stands below a path. It gives how the key may be told, Hidden in the place of one that is a credential
	// or holds one, and what the key exposes.
	Key(path, key string) (safe string, found []model.Exposure)
}

// Hidden stands in paths in the place of a key that is a credential, or holds one.
const Hidden = "…"

// InspectKey has an inspector look at a key that stands below a path. One that knows nothing of keys is asked as about a value.
func InspectKey(inspector model.Inspector, path, key string) (safe string, found []model.Exposure) {
	if k, ok := inspector.(KeyInspector); ok {
		return k.Key(path, key)
	}
	if found = inspector.Inspect(FieldPath(path, Hidden), "", key); len(found) > 0 {
		return Hidden, found
	}
	return key, nil
}
