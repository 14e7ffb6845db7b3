package bundle

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"canopy/analysis/image/reference"
	"canopy/analysis/manifest"
	"canopy/model"
	"canopy/model/inorder"
)

// imageEntry is one of the images of a kustomization: what is called name becomes the rest.
type imageEntry struct {
	Name    string `json:"name"`
	NewName string `json:"newName,omitempty"`
	NewTag  string `json:"newTag,omitempty"`
	Digest  string `json:"digest"`
}

// imagesHead stands above the entries.
var imagesHead = [...]string{
	"The same digests for every object of the base that names these images, in the place of the patches that name them: kustomize then",
	"changes workloads too that the fix does not. Take the number signs off, and the images out of the patches.",
}

// images writes, as comments, the digests that the fix pins as entries of kustomize.
func (b *builder) images(out *bytes.Buffer) error {
	var list []imageEntry
	for i := range b.fix.Documents {
		step := &b.fix.Documents[i].Step
		var body any
		if step.Verb != model.Patch || json.Unmarshal(step.Body, &body) != nil {
			continue
		}
		old := map[string]string{}
		if object := b.before(step.Ref); object != nil {
			containers(object.Object, func(name, image string) { old[name] = image })
		}
		containers(body, func(name, image string) {
			ref, err := reference.Parse(image)
			if err != nil || ref.Digest == "" {
				return
			}
			e := imageEntry{Name: repository(cmp.Or(old[name], image)), NewTag: ref.Tag, Digest: ref.Digest}
			if now := repository(image); now != e.Name {
				e.NewName = now
			}
			if !slices.Contains(list, e) {
				list = append(list, e)
			}
		})
	}
	// One name cannot become two images.
	all := slices.Clone(list)
	list = slices.DeleteFunc(list, func(e imageEntry) bool {
		return slices.ContainsFunc(all, func(o imageEntry) bool { return o.Name == e.Name && o != e })
	})
	if len(list) == 0 {
		return nil
	}
	inorder.Sort(list, func(x, y imageEntry) int { return cmp.Compare(x.Name, y.Name) })
	data, err := json.Marshal(map[string]any{"images": list})
	if err != nil {
		return err
	}
	text, err := manifest.FromJSON(data)
	if err != nil {
		return err
	}
	for _, l := range imagesHead {
		comment(out, l)
	}
	for l := range bytes.Lines(text) {
		out.WriteString("# " + string(l))
	}
	return nil
}

// containers calls with the name and the image of each container of a workload, wherever its template stands.
func containers(at any, found func(name, image string)) {
	v, _ := at.(map[string]any)
	for _, k := range keys(v) {
		list, ok := v[k].([]any)
		if !ok || k != "containers" && k != "initContainers" {
			containers(v[k], found)
			continue
		}
		for _, item := range list {
			c, _ := item.(map[string]any)
			name, _ := c["name"].(string)
			if image, ok := c["image"].(string); ok {
				found(name, image)
			}
		}
	}
}

// repository cuts tag and digest off a reference as it is written, which is what kustomize compares.
func repository(image string) string {
	image, _, _ = strings.Cut(image, "@")
	for i := len(image) - 1; i >= 0 && image[i] != '/'; i-- {
		if image[i] == ':' {
			return image[:i]
		}
	}
	return image
}
