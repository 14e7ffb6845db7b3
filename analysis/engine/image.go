package engine

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/model/record"
)

func workloadWords(before, after *record.Workload) (words []string) {
	if before.Template != after.Template || before.PodLabels != after.PodLabels {
		words = templateWords(before.Template, after.Template, before.PodLabels != after.PodLabels)
	}
	if before.Replicas != after.Replicas {
		words = append(words, fmt.Sprintf("replicas %d → %d", before.Replicas, after.Replicas))
	}
	switch {
	case !before.Suspended && after.Suspended && after.Kind.Kind == "Deployment":
		words = append(words, "paused")
	case !before.Suspended && after.Suspended:
		words = append(words, "suspended")
	case before.Suspended && !after.Suspended:
		words = append(words, "resumed")
	}
	if differ(before.Selector, after.Selector) {
		words = append(words, "selector changed")
	}
	return words
}

func podWords(before, after *record.Pod) (words []string) {
	if before.Template != after.Template {
		words = templateWords(before.Template, after.Template, false)
	}
	for _, c := range after.Ephemeral() {
		named := func(o corev1.EphemeralContainer) bool { return o.Name == c.Name }
		if !slices.ContainsFunc(before.Ephemeral(), named) {
			words = append(words, "ephemeral container "+c.Name+" added")
		}
	}
	return words
}

// templateWords tells which containers came, went or got another image, and whether anything else differs.
func templateWords(before, after record.Template, labels bool) (words []string) {
	if before.IsZero() || after.IsZero() {
		// An old revision keeps no template: nothing can be said of it.
		return nil
	}
	b, a := before.Decode(), after.Decode()
	was, is := containers(&b.Spec), containers(&a.Spec)
	for _, c := range is {
		old := find(was, c.Name)
		switch {
		case old == nil:
			words = append(words, "container "+c.Name+" added")
		case old.Image != c.Image && len(was) == 1 && len(is) == 1:
			words = append(words, "image "+step(old.Image, c.Image))
		case old.Image != c.Image:
			words = append(words, c.Name+": image "+step(old.Image, c.Image))
		}
	}
	for _, c := range was {
		if find(is, c.Name) == nil {
			words = append(words, "container "+c.Name+" removed")
		}
	}
	// What was told is taken out of both, so that what else differs shows.
	strip(&b.Spec, is)
	strip(&a.Spec, was)
	if labels || differ(b, a) {
		words = append(words, "template changed")
	}
	return words
}

// containers lists the init containers and the others, by name.
func containers(spec *corev1.PodSpec) []corev1.Container {
	all := slices.Concat(spec.InitContainers, spec.Containers)
	slices.SortStableFunc(all, func(a, b corev1.Container) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// find gives a container of a sorted list; nil where there is none of the name.
func find(list []corev1.Container, name string) *corev1.Container {
	i, ok := slices.BinarySearchFunc(list, name, func(c corev1.Container, name string) int { return strings.Compare(c.Name, name) })
	if !ok {
		return nil
	}
	return &list[i]
}

// strip cuts the images out of a spec, and the containers that others do not have.
func strip(spec *corev1.PodSpec, others []corev1.Container) {
	for _, list := range []*[]corev1.Container{&spec.InitContainers, &spec.Containers} {
		*list = slices.DeleteFunc(*list, func(c corev1.Container) bool { return find(others, c.Name) == nil })
		for i := range *list {
			(*list)[i].Image = ""
		}
	}
}

// step names two images one after the other, by what tells them apart: tag, digest, or all.
func step(before, after string) string {
	repoBefore, tagBefore, digestBefore := splitImage(before)
	repoAfter, tagAfter, digestAfter := splitImage(after)
	switch {
	case repoBefore != repoAfter:
	case tagBefore != tagAfter && tagBefore != "" && tagAfter != "":
		return tagBefore + " → " + tagAfter
	case tagBefore == tagAfter && digestBefore != "" && digestAfter != "":
		return short(digestBefore) + " → " + short(digestAfter)
	}
	return before + " → " + after
}

// splitImage cuts name:tag@digest.
func splitImage(image string) (repo, tag, digest string) {
	repo, digest, _ = strings.Cut(image, "@")
	// A colon before the last slash is that of a port.
	if i := strings.LastIndex(repo, ":"); i > strings.LastIndex(repo, "/") {
		repo, tag = repo[:i], repo[i+1:]
	}
	return repo, tag, digest
}

// short cuts a digest to what people compare.
func short(digest string) string {
	const told = len("sha256:") + 12
	if len(digest) > told {
		return digest[:told]
	}
	return digest
}
