"""Where received files come to rest ("Names", "Bulk"), on a POSIX system.

Every path is walked from the target folder down, component by component, and no component may be a link: so nobody can
lead it out, not even by swapping a folder for a link in between. A file has a temporary name until it is whole and
verified, and never takes the place of another.
"""

import os


class Target:
    """A folder that entries are put into; their paths are tuples of components."""

    def __init__(self, path):
        self.descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)

    def close(self):
        os.close(self.descriptor)

    def parent_of(self, components):
        """An open descriptor of the folder that holds the entry."""
        at = os.dup(self.descriptor)
        for name in components[:-1]:
            try:
                below = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=at)
            finally:
                os.close(at)
            at = below
        return at

    def make_folder(self, components):
        """Makes a folder, or finds it there."""
        parent = self.parent_of(components)
        try:
            os.mkdir(components[-1], dir_fd=parent)
        except FileExistsError:
            os.close(os.open(components[-1], os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=parent))
        finally:
            os.close(parent)

    def holds(self, components):
        """Whether there is something of that name."""
        parent = self.parent_of(components)
        try:
            os.stat(components[-1], dir_fd=parent, follow_symlinks=False)
            return True
        except FileNotFoundError:
            return False
        finally:
            os.close(parent)

    def set_time(self, components, mtime):
        """Microseconds since 1970. What was put into a folder has changed its time."""
        parent = self.parent_of(components)
        try:
            os.utime(components[-1], ns=(mtime * 1_000, mtime * 1_000), dir_fd=parent, follow_symlinks=False)
        finally:
            os.close(parent)


class Arrival:
    """One file while it arrives. `chain` and `position` are kept by whoever checks what arrives."""

    def __init__(self, target, components, temporary, executable):
        self.name, self.temporary = components[-1], temporary
        self.chain, self.position = bytes(32), 0
        self.parent = target.parent_of(components)
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            descriptor = os.open(temporary, flags, 0o777 if executable else 0o666, dir_fd=self.parent)
        except OSError:
            os.close(self.parent)
            raise
        self.file = os.fdopen(descriptor, "wb")

    def write(self, content):
        self.file.write(content)
        self.position += len(content)

    def land(self, mtime):
        """It is whole and verified: only now does it appear under its name."""
        self.file.flush()
        os.utime(self.file.fileno(), ns=(mtime * 1_000, mtime * 1_000))
        os.link(self.temporary, self.name, src_dir_fd=self.parent, dst_dir_fd=self.parent)

    def close(self):
        """Takes the temporary name away; what has landed stays."""
        self.file.close()
        os.unlink(self.temporary, dir_fd=self.parent)
        os.close(self.parent)
