package capture

import (
	"encoding/json"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
)

// The names within a capture of ours. The marker stands first, so that a reader knows from the start what it reads; the
// manifest last, since it holds the sums of the rest.
const (
	markerName    = "canopy-capture"
	manifestName  = "manifest.json"
	objectsFolder = "objects/"
	extraFolder   = "extra/"
	formatName    = "canopy-capture"
	formatVersion = 1
)

// Manifest says what a capture holds, and what it does not.
type Manifest struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
	// Canopy is the version of the program that wrote it.
	Canopy string    `json:"canopy,omitempty"`
	Time   time.Time `json:"time"`
	// Name is the context that was captured.
	Name   string `json:"name,omitempty"`
	Server string `json:"server"`
	// Masked tells that the values of Secrets are left out and literal values masked, as in every capture of ours.
	Masked bool           `json:"masked"`
	Kinds  []ManifestKind `json:"kinds"`
	// Unserved names the optional kinds that the server did not have, or showed by another kind that was captured. What
	// stands neither here nor in Kinds nobody looked for.
	Unserved []ManifestName `json:"unserved,omitempty"`
	Files    []ManifestFile `json:"files"`
}

// ManifestName names a kind.
type ManifestName struct {
	Group string `json:"group"`
	Kind  string `json:"kind"`
}

// ManifestKind says how much of one kind, in one namespace or in all, was captured.
type ManifestKind struct {
	Group     string           `json:"group"`
	Version   string           `json:"version"`
	Kind      string           `json:"kind"`
	Namespace string           `json:"namespace,omitempty"`
	Count     int              `json:"count"`
	State     model.CoverState `json:"state"`
	Reason    string           `json:"reason,omitempty"`
}

// ManifestFile is one file of a capture with its SHA-256 in hexadecimal.
type ManifestFile struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
}

// parseManifest reads a manifest of ours; ok is false for any other JSON.
func parseManifest(data []byte) (*Manifest, bool) {
	var m Manifest
	if err := json.Unmarshal(data, &m); err != nil || m.Format != formatName {
		return nil, false
	}
	return &m, true
}

// coverage gives the coverage that the manifest tells of. Kinds that it does not name are absent.
func (m *Manifest) coverage() map[model.CoverKey]model.Coverage {
	all := map[model.CoverKey]model.Coverage{}
	for _, k := range m.Kinds {
		c := model.Coverage{Kind: schema.GroupKind{Group: k.Group, Kind: k.Kind}, Namespace: k.Namespace, State: k.State, Reason: k.Reason, Since: m.Time.Unix()}
		switch k.State {
		case model.Complete, model.Denied, model.Absent, model.Partial:
		default:
			c.State = model.Partial
		}
		all[c.Key()] = c
	}
	return all
}

func (m *Manifest) unserved(gk schema.GroupKind) bool {
	return slices.Contains(m.Unserved, ManifestName{gk.Group, gk.Kind})
}

// check compares the sums of what was read with those that the manifest tells.
func (m *Manifest) check(container string, sums map[string]string) (wrong []Problem) {
	if m.Version > formatVersion {
		wrong = append(wrong, Problem{File: container + "!" + manifestName, Skipped: true,
			Message: "the capture was written by a newer version of canopy"})
	}
	for _, f := range m.Files {
		switch sum, ok := sums[container+"!"+f.Name]; {
		case !ok && !manifestFile(f.Name):
		case !ok && len(f.Name) > len(objectsFolder) && f.Name[:len(objectsFolder)] == objectsFolder:
			wrong = append(wrong, Problem{File: container + "!" + f.Name, Message: "the manifest names it, but it is not there", Skipped: true})
		case ok && sum != f.SHA256:
			wrong = append(wrong, Problem{File: container + "!" + f.Name, Message: "its SHA-256 is not the one in the manifest: it was changed since", Skipped: true})
		}
	}
	return wrong
}
