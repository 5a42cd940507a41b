"""What can be asked at a terminal?"""
