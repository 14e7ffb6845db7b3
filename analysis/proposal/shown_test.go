package proposal

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	appsv1 "k8s.io/api/apps/v1"

	"canopy/model"
	"canopy/model/record"
)

// shown tells of the first object of some changes what a test asks for.
func shown(changes []model.Change, what string) string {
	if len(changes) == 0 {
		return "no change"
	}
	object := objectOf(changes[0].Record)
	switch o := object.(type) {
	case *networkingv1.NetworkPolicy:
		return fmt.Sprint(o.Spec.PodSelector.MatchLabels)
	case *corev1.Service:
		return fmt.Sprintf("%v %d/%s", o.Spec.Selector, o.Spec.Ports[0].Port, o.Spec.Ports[0].Protocol)
	}
	d, ok := object.(*appsv1.Deployment)
	if !ok {
		return fmt.Sprintf("%T", object)
	}
	spec := d.Spec.Template.Spec
	if w, ok := changes[0].Record.(*record.Workload); ok && len(spec.Containers) == 0 {
		spec = w.Template.Decode().Spec
	}
	app := spec.Containers[slices.IndexFunc(spec.Containers, func(c corev1.Container) bool { return c.Name == "app" })]
	var all []string
	switch what {
	case "spec.replicas":
		return fmt.Sprint(*d.Spec.Replicas)
	case "spec.template.spec.containers":
		for _, c := range spec.Containers {
			s := c.Name + " " + c.Image
			if sc := c.SecurityContext; sc != nil {
				s += fmt.Sprintf(" [add:%v drop:%v] %v", sc.Capabilities.Add, sc.Capabilities.Drop, *sc.Privileged)
			}
			all = append(all, s)
		}
		return strings.Join(all, "; ")
	case "ports":
		for _, p := range app.Ports {
			s := fmt.Sprintf("%d/%s", p.ContainerPort, p.Protocol)
			if p.Protocol == "" {
				s += "TCP"
			}
			if p.HostPort > 0 {
				s += fmt.Sprintf("/%d", p.HostPort)
			}
			all = append(all, s)
		}
	case "env":
		for _, e := range app.Env {
			s := e.Name + "=" + e.Value
			if e.ValueFrom != nil && e.ValueFrom.FieldRef != nil {
				s += "from:field"
			} else if e.ValueFrom != nil {
				s += "from:other"
			}
			all = append(all, s)
		}
	case "probe":
		kind := "exec"
		if p := app.LivenessProbe; p.HTTPGet != nil && p.Exec == nil {
			kind = "http"
		}
		return fmt.Sprintf("%s %d", kind, app.LivenessProbe.PeriodSeconds)
	case "volumes":
		for _, v := range spec.Volumes {
			switch {
			case v.HostPath != nil:
				all = append(all, v.Name+":host")
			case v.EmptyDir != nil:
				all = append(all, v.Name+":empty")
			case v.ConfigMap != nil:
				all = append(all, v.Name+":config")
			}
		}
		slices.Sort(all)
	case "nodes":
		return fmt.Sprint(spec.NodeSelector)
	}
	return strings.Join(all, " ")
}
