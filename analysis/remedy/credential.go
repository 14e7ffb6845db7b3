package remedy

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/secret/detect"
	"canopy/analysis/workload"
	"canopy/model"
)

// plainCredentials is SE01 in a template: variables are taken from a Secret. What stands in commands, probes and hooks cannot be
// without a change of how the program is called.
func (e *editor) plainCredentials() {
	found := workload.Credentials(&e.t.Spec)
	moved := map[string]bool{}
	lists := []struct {
		name string
		of   []corev1.Container
	}{{"initContainers", e.t.Spec.InitContainers}, {"containers", e.t.Spec.Containers}}
	for _, list := range lists {
		for i := range list.of {
			c := &list.of[i]
			for j := range c.Env {
				path := fmt.Sprintf("%s[%d].env[%d].value", list.name, i, j)
				if hits := below(found, path); len(hits) > 0 {
					for _, h := range hits {
						moved[h.Path] = true
					}
					e.takeOut(c, j, hits[0])
				}
			}
		}
	}
	for i := range found {
		if h := &found[i]; !moved[h.Path] {
			e.leave("SE01", "%s is a credential (%s): %s", h.Path, workload.Described(h), instead(h))
		}
	}
}

// below gives the exposures at a path or within what stands there.
func below(found []model.Exposure, path string) []*model.Exposure {
	var list []*model.Exposure
	for i := range found {
		if rest, ok := strings.CutPrefix(found[i].Path, path); ok && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			list = append(list, &found[i])
		}
	}
	return list
}

// takeOut has a variable take its value from a Secret.
func (e *editor) takeOut(c *corev1.Container, j int, h *model.Exposure) {
	v := &c.Env[j]
	if strings.Contains(v.Value, "$(") {
		e.leave("SE01", "%s refers to other variables, which a Secret cannot: take the credential in it (%s) into a variable of its own from a Secret, and refer to that", h.Path, workload.Described(h))
		return
	}
	s := e.vault.put(v.Name, detect.Default().Print(v.Value))
	c.Env[j] = corev1.EnvVar{Name: v.Name, ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: s.secret}, Key: s.key}}}
	e.harm(needsEvidence, "variable %s of container %s (%s) comes from key %s of Secret %s: no new pod starts until that is there", v.Name, c.Name, h.What, s.key, s.secret)
	e.harm(needsEvidence, "the old value stays in earlier revisions (kubectl rollout history), in etcd's backups and in Git: only changing it where it was issued ends it")
}

// instead says how a program comes to a credential that does not stand in variables.
func instead(h *model.Exposure) string {
	who := "the container"
	if h.Container != "" {
		who = "container " + h.Container
	}
	switch {
	case strings.Contains(h.Path, ".command[") && !strings.Contains(h.Path, ".exec."), strings.Contains(h.Path, ".args["):
		return "give " + who + " a variable from a Secret (env[].valueFrom.secretKeyRef) and write $(NAME) here, which Kubernetes replaces; better, let the program read it from a file, since whoever lists processes on the node sees arguments"
	case strings.Contains(h.Path, ".httpHeaders["):
		return "headers cannot refer to a Secret: let the path that is probed need no credentials, or probe by a command that reads it from a variable or a file"
	case strings.Contains(h.Path, ".exec."):
		return "write it as sh -c with \"$NAME\", and give " + who + " that variable from a Secret"
	}
	return "take it from a Secret, as a variable or a mounted file"
}

// beyondTemplate judges a finding of SE01 that shows in annotations too; false where it shows in the template alone.
func (p *planner) beyondTemplate(owner model.Ref, e *editor, f *model.Finding, rest []workload.Hit) (handled, ends bool) {
	own := annotationKeys(p.c.Get(owner))
	pods := podAnnotations(owner, f)
	switch {
	case len(own)+len(pods) == 0:
		return false, false
	case len(rest)+len(e.left["SE01"]) > 0:
		p.partly(f, e, rest)
		return true, false
	case len(pods) > 0:
		p.note(f, "annotations of its pods hold a credential, and what their template says in annotations is not kept: a patch would be a guess", givenAway(owner, pods)...)
		return true, false
	}
	return true, true
}

// podAnnotations lists the annotations of pods by which a finding on their owner shows.
func podAnnotations(owner model.Ref, f *model.Finding) []string {
	var keys []string
	for _, v := range evidenceOf(f) {
		key, ok := annotationKey(v.Path)
		if _, given, found := strings.Cut(v.Path, "template."); !ok && found {
			key, ok = annotationKey(given)
		} else if v.Object == owner {
			continue
		}
		if ok && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return keys
}

func givenAway(owner model.Ref, keys []string) []string {
	steps := []string{"take each out of the annotations of the pod template: kubectl edit " + target(owner) + ", below spec.template.metadata.annotations"}
	for _, k := range keys {
		steps = append(steps, "annotation "+k+": where a program reads it, give it a Secret that is mounted in its place")
	}
	return append(steps, "pods that are made with new annotations take the place of the old ones by themselves; change the credential where it was issued: the old one is burnt")
}
