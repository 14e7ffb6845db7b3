package image

import (
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/image/reference"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// pulls are the pull secrets that a template names.
type pulls struct {
	template record.Template
	names    []string
}

// judgePulls judges the pull secrets that an owner names.
func (r *round) judgePulls(ref model.Ref, o *owner) *model.Finding {
	path := ""
	var names []string
	switch rec := r.c.Get(ref).(type) {
	case *record.Workload:
		if !o.pulling() {
			o.pulls = nil
			break
		}
		if o.pulls == nil || o.pulls.template != rec.Template {
			o.pulls = &pulls{rec.Template, pullsOf(&rec.Template.Decode().Spec)}
		}
		path, names = record.TemplatePath(ref.Kind), o.pulls.names
	case *record.Pod:
		path, names = "spec", r.ownPulls(o)
	}
	r.want(ref, names)
	var lines []model.Evidence
	for i, name := range names {
		if name != "" && r.missing(ref.Namespace, name) {
			lines = append(lines, model.Evidence{Object: ref, Path: path + ".imagePullSecrets[" + strconv.Itoa(i) + "].name", Value: name})
		}
	}
	return r.pullFinding(ref, ref.Namespace, o.pods, lines)
}

// pulling tells that one of the pods names a pull secret.
func (o *owner) pulling() bool {
	for h := range o.homes.all() {
		if len(h.sheet.pulls) > 0 {
			return true
		}
	}
	return false
}

// ownPulls gives what a pod without an owner names itself: what its account names too was written into it by the API server. What is
// not its own stays as "".
func (r *round) ownPulls(o *owner) (names []string) {
	for h := range o.homes.all() {
		account, _ := cluster.Find[*record.Typed[*corev1.ServiceAccount]](r.c, "ServiceAccount", h.place.name, h.sheet.account)
		for _, name := range h.sheet.pulls {
			if account != nil && slices.ContainsFunc(account.Object.ImagePullSecrets, func(s corev1.LocalObjectReference) bool { return s.Name == name }) {
				name = ""
			}
			names = append(names, name)
		}
	}
	return names
}

// judgeAccount judges the pull secrets of an account that pods use.
func (r *round) judgeAccount(at types.NamespacedName) {
	ref := model.KindByName("ServiceAccount").Ref(at.Namespace, at.Name)
	account, _ := cluster.Find[*record.Typed[*corev1.ServiceAccount]](r.c, "ServiceAccount", at.Namespace, at.Name)
	if account == nil || r.accounts[at] == 0 {
		r.want(ref, nil)
		r.stand(ref, nil)
		return
	}
	names := make([]string, 0, len(account.Object.ImagePullSecrets))
	for _, s := range account.Object.ImagePullSecrets {
		names = append(names, s.Name)
	}
	r.want(ref, names)
	var lines []model.Evidence
	for i, s := range account.Object.ImagePullSecrets {
		if s.Name != "" && r.missing(at.Namespace, s.Name) {
			lines = append(lines, model.Evidence{Object: ref, Path: "imagePullSecrets[" + strconv.Itoa(i) + "].name", Value: s.Name})
		}
	}
	r.stand(ref, gather(r.pullFinding(ref, at.Namespace, r.accounts[at], lines)))
}

// want keeps who names which pull secrets, so that one that comes or goes costs no more than those do.
func (a *Analyser) want(ref model.Ref, names []string) {
	if slices.Equal(a.wants[ref], names) {
		return
	}
	for _, name := range a.wants[ref] {
		key := types.NamespacedName{Namespace: ref.Namespace, Name: name}
		if delete(a.wanted[key], ref); len(a.wanted[key]) == 0 {
			delete(a.wanted, key)
		}
	}
	if len(names) == 0 {
		delete(a.wants, ref)
		return
	}
	a.wants[ref] = slices.Clone(names)
	for _, name := range names {
		key := types.NamespacedName{Namespace: ref.Namespace, Name: name}
		if a.wanted[key] == nil {
			a.wanted[key] = map[model.Ref]struct{}{}
		}
		a.wanted[key][ref] = struct{}{}
	}
}

func (r *round) missing(namespace, name string) bool {
	return r.c.Get(model.KindByName("Secret").Ref(namespace, name)) == nil
}

func (r *round) pullFinding(ref model.Ref, namespace string, pods int, lines []model.Evidence) *model.Finding {
	if len(lines) == 0 {
		return nil
	}
	f := r.finding("IM10", model.Low, ref, lines...)
	if f != nil {
		f.Pods = pods
		if doubt := r.doubts.of(secrets, namespace); doubt != "" {
			f.Verdict, f.Reason = model.Unknown, "whether the secret is there is not known: "+brief(doubt)
		}
	}
	return f
}

// judgeRepos judges a constraint of Gatekeeper that lists where images may come from. It takes each entry for the beginning of a text.
func (r *round) judgeRepos(ref model.Ref) {
	custom, _ := r.c.Get(ref).(*record.Custom)
	if custom == nil {
		r.stand(ref, nil)
		return
	}
	spec, _ := custom.Body["spec"].(map[string]any)
	parameters, _ := spec["parameters"].(map[string]any)
	repos, _ := parameters["repos"].([]any)
	var lines []model.Evidence
	for i, v := range repos {
		if text, ok := v.(string); ok && openEnded(text) {
			lines = append(lines, model.Evidence{Object: ref, Path: "spec.parameters.repos[" + strconv.Itoa(i) + "]", Value: brief(text)})
		}
	}
	if len(lines) == 0 {
		r.stand(ref, nil)
		return
	}
	r.stand(ref, gather(r.finding("IM10", model.Low, ref, lines...)))
}

// openEnded tells that a name goes on after an entry: it ends neither in a slash, nor where a tag or a digest begins or is over.
func openEnded(entry string) bool {
	if strings.HasSuffix(entry, "/") || strings.HasSuffix(entry, ":") || strings.HasSuffix(entry, "@") {
		return false
	}
	_, digest, found := strings.Cut(entry, "@")
	return !found || !reference.Digest(digest)
}
