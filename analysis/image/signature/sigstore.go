package signature

import (
	"strings"

	"canopy/model/record"
)

// sigstoreRules reads a ClusterImagePolicy. One of its authorities is enough, so one that lets everything pass demands nothing.
func sigstoreRules(r *record.Custom) []*rule {
	spec := at(r.Body, "spec")
	authorities := items(spec, "authorities")
	if len(authorities) == 0 {
		return nil
	}
	for _, a := range authorities {
		if strings.EqualFold(text(a, "static", "action"), "pass") {
			return nil
		}
	}
	one := &rule{
		tool: sigstore, ref: r.Ref(), changed: r.Since(), idle: unready(r), refuses: !strings.EqualFold(text(spec, "mode"), "warn"),
		images: images{sigstore: true, globs: []string{}},
	}
	for _, i := range items(spec, "images") {
		if g := text(i, "glob"); g != "" {
			one.images.globs = append(one.images.globs, g)
		}
	}
	if matched := items(spec, "match"); len(matched) > 0 {
		g := group{any: true}
		for _, m := range matched {
			f := filter{never: text(m, "resource") != "pods" || text(m, "group") != ""}
			var ok bool
			if f.pods, ok = selector(at(m, "selector")); !ok {
				f.unread = append(f.unread, "what a selector of "+one.ref.String()+" leaves out, which cannot be read")
			}
			g.list = append(g.list, f)
		}
		one.match = []group{g}
	}
	return []*rule{one}
}
