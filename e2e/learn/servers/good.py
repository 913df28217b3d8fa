"""A file server as the exercise asks for it (docs/learn/file-server.md). Prints its port."""

import os
import socket
import struct
import sys
import threading

LIMIT = 16 * 1024 * 1024
folder = sys.argv[1]


def receive(connection, length):
    data = b''
    while len(data) < length:
        chunk = connection.recv(min(65536, length - len(data)))
        if not chunk:
            raise ConnectionError('the client went away')
        data += chunk
    return data


def read_body(connection):
    (length,) = struct.unpack('!I', receive(connection, 4))
    if length > LIMIT:
        raise ValueError('the frame is too long')
    return receive(connection, length)


def send_body(connection, body):
    connection.sendall(struct.pack('!I', len(body)) + body)


def path_of(name):
    if name in ('', '.', '..') or any(sign in name for sign in '/\\\0'):
        raise ValueError('this is no name of a file')
    return os.path.join(folder, name)


def answer(connection, request):
    word, _, name = request.partition(' ')
    if word == 'LIST':
        send_body(connection, b'OK')
        send_body(connection, ''.join(entry + '\n' for entry in sorted(os.listdir(folder))).encode())
    elif word == 'GET':
        with open(path_of(name), 'rb') as file:
            content = file.read()
        send_body(connection, b'OK')
        send_body(connection, content)
    elif word == 'PUT':
        # Read even if the name is refused: otherwise it would be the next request.
        content = read_body(connection)
        with open(path_of(name), 'wb') as file:
            file.write(content)
        send_body(connection, b'OK')
    elif word == 'QUIT':
        send_body(connection, b'OK')
        return False
    else:
        send_body(connection, b'ERR unknown request')
    return True


def serve(connection):
    with connection:
        try:
            while True:
                request = read_body(connection).decode()
                try:
                    if not answer(connection, request):
                        return
                except (OSError, ValueError) as fault:
                    if isinstance(fault, ConnectionError):
                        return
                    send_body(connection, f'ERR {fault}'.encode())
        except (OSError, ValueError):
            return


with socket.create_server(('127.0.0.1', 0)) as server:
    print(server.getsockname()[1], flush=True)
    while True:
        client, _ = server.accept()
        threading.Thread(target=serve, args=(client,), daemon=True).start()
