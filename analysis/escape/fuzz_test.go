package escape

import (
	"math/rand/v2"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"canopy/model"
)

// FuzzOf holds that no template, however broken, makes Of panic or say what it cannot show.
func FuzzOf(f *testing.F) {
	for _, tt := range cases {
		data, err := template(f, tt.spec).Marshal()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, 37, uint8(model.Yes), false)
	}
	f.Fuzz(func(t *testing.T, data []byte, minor int, armor uint8, windows bool) {
		of := &corev1.PodTemplateSpec{}
		if of.Unmarshal(data) != nil {
			return
		}
		check(t, Of(of, Conditions{Minor: minor, AppArmor: model.Verdict(armor), Windows: windows}))
	})
}

// dice makes templates of the fields that escapes rest on.
type dice struct{ *rand.Rand }

func (d dice) flag() *bool { return [...]*bool{nil, new(false), new(true)}[d.IntN(3)] }

func (d dice) user() *int64 { return [...]*int64{nil, new(int64(0)), new(int64(7))}[d.IntN(3)] }

func (d dice) armor() *corev1.AppArmorProfile {
	return [...]*corev1.AppArmorProfile{nil, {Type: "Unconfined"}, {Type: "RuntimeDefault"}, {Type: "Localhost"}, {Type: "?"}}[d.IntN(5)]
}

func (d dice) capabilities() []corev1.Capability {
	names := [...]corev1.Capability{"ALL", "SYS_ADMIN", "cap_sys_ptrace", "BPF", "PERFMON", "MKNOD", "", "DAC_READ_SEARCH"}
	list := make([]corev1.Capability, d.IntN(3))
	for i := range list {
		list[i] = names[d.IntN(len(names))]
	}
	return list
}

func (d dice) container() corev1.Container {
	c := corev1.Container{Name: "a"}
	for range d.IntN(3) {
		c.VolumeMounts = append(c.VolumeMounts, corev1.VolumeMount{
			Name: [...]string{"v", "w", "x", ""}[d.IntN(4)], ReadOnly: d.IntN(2) == 0, SubPath: [...]string{"", "run", "../..", "/etc"}[d.IntN(4)],
			SubPathExpr: [...]string{"", "", "$(A)", "etc/$(B)/c", "$("}[d.IntN(5)],
		})
	}
	if d.IntN(4) > 0 {
		c.SecurityContext = &corev1.SecurityContext{
			Privileged: d.flag(), RunAsNonRoot: d.flag(), RunAsUser: d.user(), AllowPrivilegeEscalation: d.flag(), AppArmorProfile: d.armor(),
			ProcMount: [...]*corev1.ProcMountType{nil, new(corev1.UnmaskedProcMount), new(corev1.DefaultProcMount)}[d.IntN(3)],
		}
		if d.IntN(2) == 0 {
			c.SecurityContext.Capabilities = &corev1.Capabilities{Add: d.capabilities(), Drop: d.capabilities()}
		}
	}
	return c
}

func (d dice) template() *corev1.PodTemplateSpec {
	spec := corev1.PodSpec{
		HostPID: d.IntN(2) == 0, HostIPC: d.IntN(3) == 0, HostNetwork: d.IntN(3) == 0, HostUsers: d.flag(), ShareProcessNamespace: d.flag(),
		Containers: []corev1.Container{d.container(), d.container()}, InitContainers: []corev1.Container{d.container()},
	}
	if d.IntN(2) == 0 {
		spec.SecurityContext = &corev1.PodSecurityContext{RunAsNonRoot: d.flag(), RunAsUser: d.user(), AppArmorProfile: d.armor()}
	}
	paths := [...]string{"", "/", "/proc", "/etc", "..", "/var", "/run/../var/run", "/proc/self/root/proc/1/root", `C:\Windows`, "/var/lib/kubelet", "/dev/kvm", "/sys"}
	for _, name := range [...]string{"v", "w", "x"} {
		v := corev1.Volume{Name: name}
		if d.IntN(3) > 0 {
			v.HostPath = &corev1.HostPathVolumeSource{Path: paths[d.IntN(len(paths))]}
		}
		spec.Volumes = append(spec.Volumes, v)
	}
	return &corev1.PodTemplateSpec{Spec: spec}
}

// TestRandomTemplates holds what is true of any template: answers are in order and come with fields, a user namespace,
// read-only mounts, fewer containers and fewer privileges never open anything.
func TestRandomTemplates(t *testing.T) {
	d := dice{rand.New(rand.NewPCG(1, 9))}
	on := Conditions{Minor: 37}
	for range 20000 {
		on.AppArmor = model.Verdict(d.IntN(4))
		of := d.template()
		before := Of(of, on)
		check(t, before)
		tighter := of.DeepCopy()
		switch d.IntN(4) {
		case 0:
			tighter.Spec.HostUsers = new(false)
		case 1:
			for _, list := range [][]corev1.Container{tighter.Spec.InitContainers, tighter.Spec.Containers} {
				for i := range list {
					for j := range list[i].VolumeMounts {
						list[i].VolumeMounts[j].ReadOnly = true
					}
				}
			}
		case 2:
			tighter.Spec.Containers = tighter.Spec.Containers[:1]
		case 3:
			for _, list := range [][]corev1.Container{tighter.Spec.InitContainers, tighter.Spec.Containers} {
				for i := range list {
					if s := list[i].SecurityContext; s != nil {
						s.Privileged, s.Capabilities = nil, nil
					}
				}
			}
		}
		after := Of(tighter, on)
		check(t, after)
		for i := range after {
			e := &after[i]
			// What no longer leads on may still help.
			if e.Kind == Enabler {
				continue
			}
			if b := find(before, e.Edge, e.Kind); b == nil || b.Verdict == model.Depends && e.Verdict == model.Yes {
				t.Fatalf("%s\nbefore %s\nafter  %s", of.String(), short(before), short(after))
			}
		}
	}
}

func find(list []Escape, edge string, kind Kind) *Escape {
	for i := range list {
		if list[i].Edge == edge && list[i].Kind == kind {
			return &list[i]
		}
	}
	return nil
}

func BenchmarkOf(b *testing.B) {
	of := template(b, mounting("/srv/data", "", "securityContext: {runAsUser: 7}"))
	for b.Loop() {
		Of(of, now)
	}
}
