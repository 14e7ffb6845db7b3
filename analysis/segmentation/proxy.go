package segmentation

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"canopy/model"
	"canopy/model/record"
)

// version is that of ingress-nginx. A tag that cannot be read is known to be of it, and no more.
type version struct {
	known, read         bool
	major, minor, patch int
}

func (v version) before(major, minor, patch int) bool {
	return v.read && cmp.Or(cmp.Compare(v.major, major), cmp.Compare(v.minor, minor), cmp.Compare(v.patch, patch)) < 0
}

// broken tells a version whose admission port runs code for whoever connects (CVE-2025-1974, mended in 1.11.5 and 1.12.1).
func (v version) broken() bool {
	return v.before(1, 11, 5) || v.read && v.major == 1 && v.minor == 12 && v.patch == 0
}

// obeys tells a version that obeys snippets unless it is told not to (allow-snippet-annotations, false since 1.9.0).
func (v version) obeys() bool { return v.before(1, 9, 0) }

// retired is when the project ended: it was maintained until March 2026 (kubernetes.io/blog, 11 November 2025).
func retired() time.Time { return time.Date(2026, time.April, 1, 0, 0, 0, 0, time.UTC) }

// proxyVersion knows the images of ingress-nginx.
func proxyVersion(image string) version {
	path, tag := repository(image)
	if !ends(path, "ingress-nginx/controller") && !ends(path, "ingress-nginx/controller-chroot") && !ends(path, "kubernetes-ingress-controller/nginx-ingress-controller") &&
		!ends(path, "rancher/nginx-ingress-controller") && !ends(path, "bitnami/nginx-ingress-controller") {
		return version{}
	}
	v := version{known: true}
	parts := strings.SplitN(strings.TrimPrefix(strings.TrimPrefix(tag, "nginx-"), "v"), ".", 3)
	if len(parts) < 3 {
		return v
	}
	if end := strings.IndexFunc(parts[2], func(c rune) bool { return c < '0' || c > '9' }); end >= 0 {
		parts[2] = parts[2][:end]
	}
	var numbers [3]int
	for i, part := range parts {
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 {
			return v
		}
		numbers[i] = n
	}
	v.read, v.major, v.minor, v.patch = true, numbers[0], numbers[1], numbers[2]
	return v
}

// noteProxy keeps which workloads run ingress-nginx. Ingresses with its annotations rest on that.
func (r *round) noteProxy(t *tenant) {
	now := version{}
	for i := range t.variants {
		if v := t.variants[i].sheet.proxy; v.known && (!now.known || older(v, now)) {
			now = v
		}
	}
	if before := r.proxies[t.ref]; before == now {
		return
	}
	if now.known {
		r.proxies[t.ref] = now
	} else {
		delete(r.proxies, t.ref)
	}
	r.touchIngresses(r.c, annotated)
}

// older orders versions: one that cannot be read comes last.
func older(a, b version) bool { return a.read && (!b.read || a.before(b.major, b.minor, b.patch)) }

// worstProxy gives the oldest version that runs; false where none does.
func (r *round) worstProxy() (version, bool) {
	worst := version{}
	for _, v := range r.proxies {
		if !worst.known || older(v, worst) {
			worst = v
		}
	}
	return worst, worst.known
}

// proxy judges a workload that runs ingress-nginx.
func (r *round) proxy(t *tenant) *model.Finding {
	v := r.proxies[t.ref]
	if !v.known {
		return nil
	}
	severity := model.Low
	switch {
	case v.broken():
		severity = model.Critical
	case !r.clock.Now().Before(retired()):
		severity = model.High
	}
	var l []model.Evidence
	pods := 0
	for i := range t.variants {
		if x := &t.variants[i]; x.sheet.proxy.known {
			pods += x.pods
			l = append(l, r.inTemplate(t, x, x.sheet.proxied))
		}
	}
	f := r.finding("NW12", severity, t.ref, lines(unique(l)...))
	if f != nil {
		f.Pods = pods
	}
	return f
}

// inTemplate shows a field of a pod spec: in the owner, where its template says the same, else in the pod.
func (r *round) inTemplate(t *tenant, v *variant, at field) model.Evidence {
	if w, ok := r.c.Get(t.ref).(*record.Workload); ok && !w.Template.IsZero() {
		if spec := record.TemplatePath(t.ref.Kind); spec != "" && sameField(w.Template, at) {
			return model.Evidence{Object: t.ref, Path: spec + "." + at.path, Value: brief(at.value)}
		}
	}
	return model.Evidence{Object: v.pod.Ref(), Path: "spec." + at.path, Value: brief(at.value)}
}

// sameField tells that an image stands at the same place of another template.
func sameField(t record.Template, at field) bool {
	list := t.Decode().Spec.Containers
	for i := range list {
		if index("containers", i)+".image" == at.path {
			return list[i].Image == at.value
		}
	}
	return false
}

// unique leaves out what was said before.
func unique(l []model.Evidence) []model.Evidence {
	have := map[model.Evidence]struct{}{}
	kept := l[:0]
	for _, e := range l {
		if _, ok := have[e]; !ok {
			have[e] = struct{}{}
			kept = append(kept, e)
		}
	}
	return kept
}
